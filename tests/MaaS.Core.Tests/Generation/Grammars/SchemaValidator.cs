using System.Diagnostics;
using System.Text.Json.Nodes;

namespace MaaS.Core.Tests.Generation.Grammars;

/// <summary>Python's jsonschema (python3-jsonschema); one process for all tests.</summary>
internal static class SchemaValidator
{
    private const string Script = """
        import sys, json
        from jsonschema import Draft202012Validator, FormatChecker
        for line in sys.stdin:
            request = json.loads(line)
            try:
                document = json.loads(request["document"])
                json.dumps(document, ensure_ascii=False).encode("utf-8")
                Draft202012Validator.check_schema(request["schema"])
                validator = Draft202012Validator(request["schema"], format_checker=FormatChecker())
                errors = [e.message for e in validator.iter_errors(document)]
                print(json.dumps(errors[0] if errors else "ok"), flush=True)
            except Exception as error:
                print(json.dumps(repr(error)), flush=True)
        """;

    private static readonly Lazy<Process> Python = new(Start);

    /// <summary>What is wrong with a document; "ok" for nothing.</summary>
    public static string Check(JsonNode schema, string document)
    {
        var request = new JsonObject { ["schema"] = schema.DeepClone(), ["document"] = document };
        lock (Python)
        {
            Python.Value.StandardInput.WriteLine(request.ToJsonString());
            Python.Value.StandardInput.Flush();
            return JsonNode.Parse(Python.Value.StandardOutput.ReadLine()!)!.GetValue<string>();
        }
    }

    private static Process Start()
    {
        var start = new ProcessStartInfo("/usr/bin/python3", ["-c", Script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => process.Kill();
        return process;
    }
}
