using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MaaS.Core.Tests.Generation.Chat;

/// <summary>Jinja itself (python3-jinja2), set up as transformers sets it up; one process for all tests.</summary>
internal static class JinjaOracle
{
    private const string Script = """
        import sys, json
        from datetime import datetime
        from jinja2 import nodes, TemplateError
        from jinja2.ext import Extension
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        class Generation(Extension):
            tags = {"generation"}
            def parse(self, parser):
                next(parser.stream)
                body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
                return nodes.If(nodes.Const(True), body, [], [])

        def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
            return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

        def raise_exception(message):
            raise TemplateError(message)

        env = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=[Generation, "jinja2.ext.loopcontrols"])
        env.filters["tojson"] = tojson
        env.globals["raise_exception"] = raise_exception
        for line in sys.stdin:
            request = json.loads(line)
            now = datetime.fromisoformat(request["now"])
            env.globals["strftime_now"] = now.strftime
            try:
                answer = {"text": env.from_string(request["template"]).render(**request["variables"])}
                json.dumps(answer).encode("utf-8")
            except RecursionError as error:
                answer = {"error": "recursion"}
            except Exception as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(answer), flush=True)
        """;

    private static readonly Lazy<Process> Python = new(Start);

    /// <summary>When <c>strftime_now</c> says it is.</summary>
    public static DateTimeOffset Now { get; } = new(2024, 7, 5, 9, 4, 3, TimeSpan.Zero);

    /// <summary>What a template gives.</summary>
    /// <returns>The text, or null and the error.</returns>
    public static (string? Text, string? Error) Render(string template, JsonObject variables)
    {
        var request = new JsonObject
        {
            ["template"] = template,
            ["variables"] = variables.DeepClone(),
            ["now"] = Now.ToString("yyyy-MM-ddTHH:mm:ss"),
        };
        lock (Python)
        {
            Python.Value.StandardInput.WriteLine(request.ToJsonString());
            Python.Value.StandardInput.Flush();
            var answer = JsonNode.Parse(Python.Value.StandardOutput.ReadLine()!)!;
            return (answer["text"]?.GetValue<string>(), answer["error"]?.GetValue<string>());
        }
    }

    /// <summary>The variables as a template of MaaS takes them.</summary>
    public static Dictionary<string, object?> More(JsonObject variables)
        => JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(variables)!
            .ToDictionary(static v => v.Key, static v => (object?)v.Value);

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
