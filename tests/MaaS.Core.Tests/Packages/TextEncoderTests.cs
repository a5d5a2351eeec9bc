using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Text.Training;

namespace MaaS.Core.Tests.Packages;

public sealed class TextEncoderTests
{
    private static readonly string[] Corpus = ["one two three four five six"];

    [TestCase(1, 5)]
    [TestCase(4, 8)]
    [TestCase(5, 5)]
    [TestCase(8, 8)]
    [TestCase(16, 12)]
    public void EncodeBatch_MultipleOf_PadsUpToItAndTheLimit(int multipleOf, int length)
    {
        var encoder = Encoder(12, OverlongText.Truncate);

        var (ids, mask) = encoder.EncodeBatch(["one two three", "", "one"], multipleOf);

        Assert.That(ids.Shape.ToArray(), Is.EqualTo(new long[] { 3, length }));
        Assert.That(
            mask.AsSpan<long>().ToArray().Chunk(length).Select(static r => r.Sum()), Is.EqualTo(new[] { 5, 2, 3 }),
            "with [CLS] and [SEP]");
        Assert.That(ids.AsSpan<long>()[(length + 2)..(2 * length)].ToArray(), Is.All.EqualTo(encoder.PaddingId));
    }

    [Test]
    public void EncodeBatch_OverlongAndRefused_NamesTheText()
        => Assert.That(
            () => Encoder(5, OverlongText.Refuse).EncodeBatch(["one two three", "one two three four"]),
            Throws.InstanceOf<ModelInputException>()
                .With.Message.StartsWith("text 1: expected a text of at most 5 tokens, got 6"));

    private static TextEncoder Encoder(int maxLength, OverlongText overlong)
        => new(
            new TextPreprocessing { MaxLength = maxLength, Overlong = overlong },
            WordPieceTrainer.Train(Corpus, new() { VocabSize = 200, MinFrequency = 1 }));
}
