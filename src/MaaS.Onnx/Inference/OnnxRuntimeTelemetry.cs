using System.Runtime.InteropServices;

namespace MaaS.Onnx.Inference;

/// <summary>Keeps ONNX Runtime from reporting to its maker.</summary>
/// <remarks>
/// Its official builds send events over HTTPS unless the environment forbids it before their first use (Privacy.md of
/// the package). Whoever sets <c>ORT_DISABLE_TELEMETRY</c> to another value keeps that.
/// </remarks>
internal static partial class OnnxRuntimeTelemetry
{
    private const string Variable = "ORT_DISABLE_TELEMETRY";

    static OnnxRuntimeTelemetry()
    {
        if (OperatingSystem.IsWindows())
        {
            Environment.SetEnvironmentVariable(Variable, Environment.GetEnvironmentVariable(Variable) ?? "1");
        }
        else
        {
            // .NET keeps a copy of the environment to itself; native code sees only this.
            _ = SetVariable(Variable, "1", overwrite: 0);
        }
    }

    /// <summary>Call before the first session of the process is made.</summary>
    public static void TurnOff()
    {
        // The static constructor has done it.
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
