using MaaS.Onnx.Quantization.Numerics;


namespace MaaS.Onnx.Tests.Quantization.Numerics;

public sealed class ProcessorTests
{
    /// <summary>Linux lists what CPUID says in /proc/cpuinfo.</summary>
    [Test]
    [Platform("Linux")]
    public void HasVnni_AgreesWithTheKernel()
    {
        string[] flags = File.ReadLines("/proc/cpuinfo").FirstOrDefault(
            static line => line.StartsWith("flags", StringComparison.Ordinal))?.Split(' ') ?? [];

        Assert.That(Processor.HasVnni, Is.EqualTo(flags.Contains("avx512_vnni") || flags.Contains("avx_vnni")));
    }
}
