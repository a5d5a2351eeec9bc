using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MaaS.Benchmarks.Serving;

/// <summary>Where the figures come from.</summary>
internal static class Machine
{
    public static string Cpu()
        => File.ReadLines("/proc/cpuinfo").First(static l => l.StartsWith("model name", StringComparison.Ordinal))
            .Split(':')[1].Trim();

    public static IEnumerable<string> Versions()
    {
        yield return RuntimeInformation.FrameworkDescription;
        yield return $"ONNX Runtime {Microsoft.ML.OnnxRuntime.OrtEnv.Instance().GetVersionString()}";
        yield return $"Node {Output("node", "--version")}";
        yield return Output(
            "/usr/bin/python3", "-c",
            "import torch, flask, gunicorn; print(f'PyTorch {torch.__version__}, Flask {flask.__version__}, gunicorn "
                + "{gunicorn.__version__}')");
    }

    private static string Output(string file, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true })!;
        return process.StandardOutput.ReadToEnd().Trim();
    }
}
