using MaaS.Onnx.Inference;


namespace MaaS.Onnx.Tests.Inference;

/// <summary>Providers by name. None but the processor's could be run where this was written.</summary>
public sealed class ExecutionProvidersTests
{
    [Test]
    public void Load_Processor_Runs()
    {
        using var model = InferenceModel.Load(Fixture, new InferenceOptions { Providers = ["cpu"] });
        Assert.That(() => model.ReleaseMemory(), Throws.Nothing);
    }

    [TestCase("cuda", "Microsoft.ML.OnnxRuntime.Gpu")]
    [TestCase("tensorrt", "Microsoft.ML.OnnxRuntime.Gpu")]
    [TestCase("openvino", "Intel.ML.OnnxRuntime.OpenVino")]
    [TestCase("dml", "Microsoft.ML.OnnxRuntime.DirectML")]
    public void Load_ProviderThatIsNotThere_NamesItsPackage(string provider, string package)
    {
        Assume.That(ExecutionProviders.Available, Does.Not.Contain(provider));
        Assert.That(
            () => InferenceModel.Load(Fixture, new InferenceOptions { Providers = [provider, "cpu"] }),
            Throws.TypeOf<InferenceException>().With.Message.Contains(package));
    }

    [Test]
    public void Load_UnknownProvider_IsRefused()
        => Assert.That(
            () => InferenceModel.Load(Fixture, new InferenceOptions { Providers = ["gpu"] }),
            Throws.ArgumentException.With.Message.Contains("openvino"));

    private static string Fixture
        => Directory.EnumerateFiles(
            Path.Combine(TestContext.CurrentContext.TestDirectory, "Inference", "Fixtures"),
            "*.onnx").Order().First(f => f.EndsWith("linear.onnx", StringComparison.Ordinal));
}
