using System.Runtime.InteropServices;

namespace MaaS.Onnx.Tests.Inference;

[Platform("Linux,MacOsX")]
public sealed partial class OnnxRuntimeTelemetryTests
{
    // The name that ONNX Runtime's Privacy.md gives; native code asks for it, so .NET's copy of the environment says
    // nothing.
    [Test]
    public void Load_AnyModel_HasForbiddenTelemetry()
    {
        using var model = InferenceFixture.Load("linear");

        Assert.That(Marshal.PtrToStringUTF8(GetVariable("ORT_DISABLE_TELEMETRY")), Is.EqualTo("1"));
    }

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetVariable(string name);
}
