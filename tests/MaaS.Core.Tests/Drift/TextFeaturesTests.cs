using MaaS.Core.Drift;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Text.Training;

namespace MaaS.Core.Tests.Drift;

public sealed class TextFeaturesTests
{
    private static readonly TextEncoder Encoder = new(
        new TextPreprocessing { MaxLength = 16 },
        WordPieceTrainer.Train(["one two three four five six"], new() { VocabSize = 200, MinFrequency = 1 }));

    [TestCase(true)]
    [TestCase(false)]
    public void Extract_PaddedBatch_CountsTokensAndUnknownOnesWithoutPadding(bool idsFirst)
    {
        var (ids, mask) = Encoder.EncodeBatch(["one two ☃ three", "", "☃☃"], multipleOf: 8);
        TensorSpec[] inputs = [
            new(TextEncoder.InputIds, ElementType.Int64, [-1, -1]),
            new(TextEncoder.AttentionMask, ElementType.Int64, [-1, -1]),
        ];
        TensorValue[] tensors = [ids, mask];
        if (!idsFirst)
        {
            Array.Reverse(inputs);
            Array.Reverse(tensors);
        }

        // With [CLS] and [SEP]; the vocabulary knows the letters of its corpus alone, and a word of others is one
        // unknown token.
        Assert.That(Features(inputs, tensors, 0), Is.EqualTo(new[] { 6, 1 / 6.0 }));
        Assert.That(Features(inputs, tensors, 1), Is.EqualTo(new[] { 2, 0.0 }));
        Assert.That(Features(inputs, tensors, 2), Is.EqualTo(new[] { 3, 1 / 3.0 }));
        Assert.That(ModelFeatures.Names(inputs, tensors, Encoder), Is.EqualTo(new[] { "tokens", "unknown" }));
    }

    private static List<double> Features(TensorSpec[] inputs, TensorValue[] tensors, int row)
    {
        List<double> features = [];
        ModelFeatures.Extract(inputs, tensors, row, features, Encoder);
        return features;
    }
}
