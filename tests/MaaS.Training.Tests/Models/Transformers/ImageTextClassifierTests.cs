using MaaS.Onnx.Inference;
using MaaS.Training.Export;
using MaaS.Training.Models.Transformers;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Models.Transformers;

/// <summary>Early and late fusion of images and texts.</summary>
internal sealed class ImageTextClassifierTests
{
    private static ImageTextClassifierOptions Options(Fusion fusion) => new()
    {
        Vocabulary = 20,
        Classes = 3,
        Fusion = fusion,
        Image = new() { Height = 8, Width = 12, Patch = 4,
            Encoder = new() { Width = 16, Heads = 2, Layers = 2, Dropout = 0 } },
        Text = new() { Width = 16, Heads = 2, Layers = 1, Dropout = 0, MaxLength = 16 },
    };

    private static (Tensor Ids, Tensor Mask) Texts(long count, long length, long padding)
    {
        var mask = arange(length).unsqueeze(0).lt(length - padding).expand(count,
            length).to(ScalarType.Int64).contiguous();
        return (randint(1, 20, [count, length], ScalarType.Int64) * mask, mask);
    }

    [Test]
    public void Forward_Padding_HasNoInfluence([Values] Fusion fusion)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var model = new ImageTextClassifier(Options(fusion));
        var (ids, mask) = Texts(3, 7, padding: 2);
        var images = randn(3, 1, 8, 12);

        var logits = model.call(images, ids, mask);

        var other = model.call(images, (ids * mask) + ((1 - mask) * 9), mask);
        var alone = model.call(images, ids.narrow(1, 0, 5), mask.narrow(1, 0, 5));
        Assert.That((logits - other).abs().max().item<float>(), Is.LessThan(1e-6));
        Assert.That((logits - alone).abs().max().item<float>(), Is.LessThan(1e-5));
    }

    [Test]
    public void Forward_ImageAndText_BothCount([Values] Fusion fusion)
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        using var model = new ImageTextClassifier(Options(fusion));
        var (ids, mask) = Texts(2, 6, padding: 0);
        var images = randn(2, 1, 8, 12, requires_grad: true);

        var logits = model.call(images, ids, mask);
        logits.sum().backward();

        Assert.That(images.grad!.abs().max().item<float>(), Is.GreaterThan(0));
        Assert.That(
            (logits - model.call(images, (ids + 3).remainder(20), mask)).abs().max().item<float>(),
            Is.GreaterThan(1e-4));
        Assert.That(
            model.named_parameters().Where(static p => p.parameter.grad is null).Select(static p => p.name), Is.Empty,
            "every weight takes part");
    }

    [Test]
    public void Export_OfBoth_KeepsToTorchAtOtherSizes([Values] Fusion fusion)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var model = new ImageTextClassifier(Options(fusion));
        var (ids, mask) = Texts(3, 6, padding: 1);
        var export = OnnxExporter.Export(model, [randn(3, 1, 8, 12), ids, mask], new OnnxExportOptions
        {
            InputNames = ["pixel_values", "input_ids", "attention_mask"],
            DynamicAxes = new()
            {
                { "pixel_values", 0, "batch" }, { "input_ids", 0, "batch" }, { "input_ids", 1, "sequence" },
                { "attention_mask", 0, "batch" }, { "attention_mask", 1, "sequence" },
            },
            TraceSizes = new Dictionary<string, IReadOnlyList<long>> { ["batch"] = [2, 3, 5],
                ["sequence"] = [4, 6, 9] },
        });
        using var onnx = InferenceModel.Load(export.Model.ToByteArray());
        foreach (var (batch, length) in new[] { (1L, 3L), (6, 16) })
        {
            var (texts, marks) = Texts(batch, length, padding: 1);
            var images = randn(batch, 1, 8, 12);
            using var outputs = onnx.Run(
            [
                TensorValue.Of(images.data<float>().ToArray(), batch, 1, 8, 12),
                TensorValue.Of(texts.data<long>().ToArray(), batch, length), TensorValue.Of(
                    marks.data<long>().ToArray(), batch, length),
            ]);
            var expected = model.call(images, texts, marks).data<float>().ToArray();
            Assert.That(outputs[0].AsSpan<float>().ToArray(), Is.EqualTo(expected).Within(1e-4), $"({batch},{length})");
        }
    }

    [Test]
    public void Create_EarlyFusionOfTwoWidths_IsRefused()
        => Assert.That(
            () => new ImageTextClassifier(Options(Fusion.Early) with { Text = new() { Width = 32, Heads = 2 } }),
            Throws.ArgumentException.With.Message.Contains("one Width of image and text, got 16 and 32"));
}
