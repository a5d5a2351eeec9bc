using MaaS.Training.Export;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Tests.Export;

public class EmbeddingBagTests : ExportTests
{
    private static Tensor Tokens(params long[] shape) => randint(0, 10, shape, dtype: ScalarType.Int64);

    [Test]
    public void Export_BagsOfOneLength_AreAnAxisToReduce([Values] EmbeddingBagMode mode)
    {
        using var module = EmbeddingBag(10, 4, mode: mode);
        var result = OnnxExporter.Export(module, x => module.call(x[0]), [Tokens(3, 5)]);
        Check(result);
        Assert.That(Operators(result), Does.Not.Contain("ScatterElements"));
    }

    [Test]
    public void Export_DynamicBagLength_MatchesTorch(
        [Values(EmbeddingBagMode.Sum, EmbeddingBagMode.Mean)] EmbeddingBagMode mode)
    {
        using var module = EmbeddingBag(10, 4, mode: mode);
        var options = new OnnxExportOptions
        {
            DynamicAxes = new() { { "input", 0, "batch" }, { "input", 1, "length" } },
        };
        Check(OnnxExporter.Export(module, x => module.call(x[0]), [Tokens(3, 5)], options));
    }

    // The second bag is empty.
    [Test]
    public void Export_Offsets_MatchesTorch(
        [Values(EmbeddingBagMode.Sum, EmbeddingBagMode.Mean)] EmbeddingBagMode mode, [Values] bool padding,
        [Values] bool includeLast)
    {
        using var module = EmbeddingBag(
            10, 4, mode: mode, include_last_offset: includeLast, padding_index: padding ? 3 : -1);
        using var offsets = torch.tensor(includeLast ? new long[] { 0, 2, 2, 6 } : [0, 2, 2]);
        Check(
            OnnxExporter.Export(
                module, x => module.call(x[0], offsets), [torch.tensor(new long[] { 1, 3, 3, 5, 2, 9 })],
            new() { DynamicAxes = [] }));
    }

    [Test]
    public void Export_SampleWeights_MatchesTorch()
    {
        using var module = EmbeddingBag(10, 4, mode: EmbeddingBagMode.Sum);
        Check(OnnxExporter.Export(module, x => module.call(x[0], null, x[1]), [Tokens(3, 5), randn(3, 5)]));
    }

    [Test]
    public void Export_LargestOfRaggedBags_SaysWhatToDo()
    {
        using var module = EmbeddingBag(10, 4, mode: EmbeddingBagMode.Max);
        using var offsets = torch.tensor(new long[] { 0, 2 });
        Assert.That(() => OnnxExporter.Export(module, x => module.call(x[0], offsets), [Tokens(6)]),
            Throws.InstanceOf<OnnxExportException>().With.Message.Contains("(B, L)"));
    }
}
