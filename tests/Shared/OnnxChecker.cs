using System.Diagnostics;

namespace MaaS.Tests;

/// <summary>The onnx package's own checker (python3-onnx, one process for all tests of an assembly).</summary>
internal static class OnnxChecker
{
    private const string Script = """
        import sys, onnx
        for line in sys.stdin:
            try:
                # check_model(path, full_check=True) would write the shapes that it infers into the file.
                onnx.checker.check_model(line.strip())
                onnx.shape_inference.infer_shapes(onnx.load(line.strip(), load_external_data=False), True, True)
                print("ok", flush=True)
            except Exception as error:
                print(repr(error), flush=True)
        """;

    private static readonly Lazy<Process> Python = new(Start);

    /// <summary>Fails the test unless the checker accepts the file, strict shape inference included.</summary>
    public static void Check(string path)
    {
        lock (Python)
        {
            Python.Value.StandardInput.WriteLine(path);
            Python.Value.StandardInput.Flush();
            Assert.That(Python.Value.StandardOutput.ReadLine(), Is.EqualTo("ok"), $"onnx.checker.check_model({path})");
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
