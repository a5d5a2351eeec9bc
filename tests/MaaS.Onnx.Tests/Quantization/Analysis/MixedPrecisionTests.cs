using MaaS.Onnx.Inference;
using MaaS.Onnx.Quantization;
using MaaS.Onnx.Quantization.Analysis;
using MaaS.Onnx.Quantization.Schemes;


namespace MaaS.Onnx.Tests.Quantization.Analysis;

public sealed class MixedPrecisionTests
{
    /// <summary>A convolution whose input channels differ by a factor of 10,000, which one scale cannot hold.</summary>
    [Test]
    public void Report_NodeMadeHarmful_StandsFirst()
    {
        var (model, candidate, batches) = Spoiled();

        var report = SqnrReport.Measure(model, candidate, batches);

        TestContext.Out.WriteLine(report);
        Assert.Multiple(() =>
        {
            Assert.That(report.Layers[0].Node, Is.EqualTo(SpoiledNode(model)));
            Assert.That(report.Layers[0].Alone, Is.LessThan(report.Layers[1].Alone!.Value - 6));
            Assert.That(report.Layers.Select(static layer => layer.Node), Is.EquivalentTo(candidate.Nodes));
        });
    }

    [Test]
    public void Find_OneHarmfulNode_KeepsItFloatOnly()
    {
        var (model, candidate, batches) = Spoiled();
        var report = SqnrReport.Measure(model, candidate, batches);
        double Fidelity(OnnxModel quantized) => Ratio(model, quantized, batches[0]);
        double all = Fidelity(candidate.Quantize(new HashSet<string>()));

        var result = MixedPrecision.Find(candidate, report, Fidelity, all + 6);

        Assert.That(result, Is.Not.Null);
        Assert.That(result.FloatNodes, Is.EqualTo(new[] { SpoiledNode(model) }));
        Assert.That(result.Accuracy, Is.EqualTo(Fidelity(result.Model)).And.GreaterThanOrEqualTo(all + 6));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    public void Find_AccuracyThatRisesWithEachFloatNode_TakesTheFewest(int needed)
    {
        var (model, candidate, batches) = Spoiled();
        var report = SqnrReport.Measure(model, candidate, batches);
        int Integers(OnnxModel quantized)
            => quantized.Graph.Initializer.Count(
                static t => t.Name.EndsWith("weight_quantized", StringComparison.Ordinal));
        int all = Integers(candidate.Quantize(new HashSet<string>()));

        var result = MixedPrecision.Find(candidate, report, quantized => all - Integers(quantized), needed);

        Assert.That(result!.FloatNodes, Has.Count.EqualTo(needed));
    }

    [Test]
    public void Find_OutOfReach_ReturnsNull()
    {
        var (model, candidate, batches) = Spoiled();
        var report = SqnrReport.Measure(model, candidate, batches);

        Assert.That(MixedPrecision.Find(candidate, report, static _ => 0.5, 0.9), Is.Null);
    }

    [Test]
    public void Quantizer_WholeModelLosesTooMuch_KeepsTheHarmfulNodeFloat()
    {
        var (model, _, batches) = Spoiled();
        var scheme = new StaticScheme(batches, new() { PerChannel = false });
        using var exact = InferenceModel.Load(model.ToByteArray());
        using var expected = exact.Run(batches[0]);

        var options = new QuantizerOptions { MaxAccuracyDrop = 21, MinSpeedup = 0, LatencyDuration = TimeSpan.Zero };
        var result = new Quantizer(options).Run(model, scheme, Decibels, batches[0]);

        TestContext.Out.WriteLine(result.Report);
        Assert.That(result.Report.Accepted);
        Assert.That(result.Report.FloatNodes, Is.EqualTo(new[] { SpoiledNode(model) }));

        double Decibels(InferenceModel quantized)   // 40 for the float model
        {
            using var actual = quantized.Run(batches[0]);
            var ratio = new Sqnr();
            ratio.Add(expected[0].AsSpan<float>(), actual[0].AsSpan<float>());
            return Math.Min(40, ratio.Decibels);
        }
    }

    private static (OnnxModel, IQuantizationCandidate, IReadOnlyList<IReadOnlyDictionary<string, TensorValue>>) Spoiled()
    {
        var model = ModelFixture.Load("mlp");
        // Per tensor, one row of great weights takes the steps of all others.
        var weight = model.Graph.Initializer.Single(static t => t.Name == "layers.3.weight");
        float[] values = weight.ToArray<float>();
        for (int i = 0; i < weight.Dims[1]; i++)
        {
            values[i] = i % 2 == 0 ? 40 : -40;
        }

        var spoiled = OnnxTensor.Create<float>(weight.Name, values, [.. weight.Dims]);
        model.Graph.Initializer.Remove(weight);
        model.Graph.Initializer.Add(spoiled);
        var batches = ModelFixture.Calibration("mlp", 64).ToList();
        return (model, new StaticScheme(batches, new() { PerChannel = false }).Prepare(model), batches);
    }

    private static string SpoiledNode(OnnxModel model) =>
        model.Graph.Node.Single(static node => node.Input.Contains("layers.3.weight")).Name;

    private static double Ratio(OnnxModel exact, OnnxModel quantized, IReadOnlyDictionary<string, TensorValue> batch)
    {
        using var first = InferenceModel.Load(exact.ToByteArray());
        using var second = InferenceModel.Load(quantized.ToByteArray());
        using var x = first.Run(batch);
        using var y = second.Run(batch);
        var ratio = new Sqnr();
        ratio.Add(x[0].AsSpan<float>(), y[0].AsSpan<float>());
        return ratio.Decibels;
    }
}
