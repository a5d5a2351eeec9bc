using MaaS.Onnx.Quantization.Dynamic;
using MaaS.Onnx.Quantization.Qdq;
using MaaS.Onnx.Quantization.Schemes;
using MaaS.Onnx.Quantization.WeightOnly;


namespace MaaS.Onnx.Tests.Quantization.Schemes;

public sealed class SchemeTests
{
    private static IEnumerable<TestCaseData> Schemes()
    {
        static TestCaseData Row(
            string name, Func<IReadOnlySet<string>, IQuantizationScheme> make)
                => new TestCaseData(make).SetArgDisplayNames(name);
        yield return Row("static", static excluded =>
            new StaticScheme(
                ModelFixture.Calibration("mlp").Take(1), new StaticQuantizerOptions { ExcludedNodes = excluded }));
        yield return Row(
            "dynamic", static excluded => new DynamicScheme(new DynamicQuantizerOptions { ExcludedNodes = excluded }));
        yield return Row(
            "weight-only",
            static excluded => new WeightOnlyScheme(new WeightOnlyQuantizerOptions { ExcludedNodes = excluded }));
    }

    [TestCaseSource(nameof(Schemes))]
    public void Prepare_ExcludedName_MustBelongToANode(Func<IReadOnlySet<string>, IQuantizationScheme> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        var model = ModelFixture.Load("mlp");
        string first = make(new HashSet<string>()).Prepare(model).Nodes[0];

        Assert.That(make(new HashSet<string> { first }).Prepare(model).Nodes, Does.Not.Contain(first));
        Assert.That(
            () => make(new HashSet<string> { first, "typo" }).Prepare(model),
            Throws.ArgumentException.With.Message.Contains("'typo'").And.Message.Contains(first));
    }
}
