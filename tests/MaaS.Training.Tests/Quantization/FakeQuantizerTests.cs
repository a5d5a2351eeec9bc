using System.Text.Json;
using MaaS.Onnx.Quantization.Numerics;
using MaaS.Training.Quantization;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Quantization;

/// <summary>Against PyTorch's own operators: see <c>Fixtures/make_fake_quantize.py</c>.</summary>
[TestFixture]
public class FakeQuantizerTests
{
    private static readonly JsonElement Fixture = JsonDocument.Parse(File.ReadAllText(Path.Combine(
        TestContext.CurrentContext.TestDirectory, "Quantization", "Fixtures", "fake_quantize.json"))).RootElement;

    private DisposeScope _scope = null!;

    [SetUp]
    public void Open() => _scope = NewDisposeScope();

    [TearDown]
    public void Close() => _scope.Dispose();

    [Test]
    public void Activation_OfAnyRange_EqualsPyTorch([Values(0, 1, 2, 3)] int number)
    {
        var row = Fixture.GetProperty("activations")[number];
        var range = new ValueRange(row.GetProperty("min").GetSingle(), row.GetProperty("max").GetSingle());
        Compare(row, [2, 3, 5], x => FakeQuantizer.Activation(x, range));
    }

    [Test]
    public void Weight_WithLargeAndEmptyChannels_EqualsPyTorch([Values(0, 1)] int number)
    {
        var row = Fixture.GetProperty("weights")[number];
        long[] shape = [.. row.GetProperty("shape").EnumerateArray().Select(static v => v.GetInt64())];
        Compare(row, shape, static w => FakeQuantizer.Weight(w, reduceRange: false));
    }

    [Test]
    public void Weight_WithReducedRange_Has129Levels()
    {
        var weight = arange(-100, 101, dtype: ScalarType.Float32).view(1, -1);
        var rounded = FakeQuantizer.Weight(weight, reduceRange: true);
        Assert.That(rounded.data<float>().Distinct().Count(), Is.EqualTo(129));
        Assert.That((rounded - weight).abs().max().item<float>(), Is.LessThanOrEqualTo(100f / 64 / 2 + 1e-5f));
    }

    [Test]
    public void Range_OfSeveralBatches_EqualsPyTorchsMovingAverage()
    {
        var row = Fixture.GetProperty("observed");
        using var linear = nn.Linear(row.GetProperty("columns").GetInt64(), 2);
        using var layer = new FakeQuantizedLayer("linear", linear, new QuantizationAwareOptions());
        foreach (var batch in row.GetProperty("batches").EnumerateArray())
        {
            linear.call(tensor(Floats(batch)).view(-1, linear.in_features));
        }

        var range = layer.Range!.Value;
        Assert.That(range.Min, Is.EqualTo(row.GetProperty("min").GetSingle()).Within(1e-5));
        Assert.That(range.Max, Is.EqualTo(row.GetProperty("max").GetSingle()).Within(1e-5));
        linear.eval();
        linear.call(full([1, linear.in_features], 1000f));
        Assert.That(layer.Range, Is.EqualTo(range), "evaluation freezes the range");
    }

    private static void Compare(JsonElement row, long[] shape, Func<Tensor, Tensor> quantize)
    {
        var input = tensor(Floats(row.GetProperty("input"))).view(shape).requires_grad_();
        var output = quantize(input);
        output.backward([tensor(Floats(row.GetProperty("upstream"))).view(shape)]);
        Assert.That(output.data<float>().ToArray(), Is.EqualTo(Floats(row.GetProperty("output"))).Within(1e-5));
        Assert.That(input.grad!.data<float>().ToArray(), Is.EqualTo(Floats(row.GetProperty("gradient"))));
    }

    private static float[] Floats(JsonElement values) => [.. values.EnumerateArray().Select(static v => v.GetSingle())];
}
