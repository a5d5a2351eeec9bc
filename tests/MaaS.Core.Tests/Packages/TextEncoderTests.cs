using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Text;
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

    [TestCase(OverlongText.Truncate, 9)]
    [TestCase(OverlongText.Truncate, 12)]
    [TestCase(OverlongText.Refuse, 12)]
    public void EncodePairs_TextWithMany_AreThePairsOfTheTokenizer(OverlongText overlong, int maxLength)
    {
        var encoder = Encoder(maxLength, overlong);
        string[] seconds = ["one", "", "six five four three", "[SEP] two"];

        var pairs = encoder.EncodePairs("one two three", seconds.Take(3)).ToArray();

        foreach (var (second, pair) in seconds.Zip(pairs))
        {
            var expected = encoder.Tokenizer.Encode(
                "one two three", second, new() { Truncation = new(maxLength), Padding = Padding.None });
            Assert.That(pair.Ids, Is.EqualTo(expected.Ids));
            Assert.That(pair.TypeIds, Is.EqualTo(expected.TypeIds));
        }

        var separator = encoder.Tokenizer.TokenToId("[SEP]");
        Assert.That(
            encoder.Truncating().EncodePairs("one", [seconds[3]]).Single().Ids.Count(id => id == separator),
            Is.EqualTo(2), "what a document spells out is no special token");
    }

    [Test]
    public void EncodePairs_OverlongAndRefused_ComesAtItsPlace()
    {
        var pairs = Encoder(6, OverlongText.Refuse).EncodePairs("one", ["two", "two three four"]).GetEnumerator();

        Assert.That(pairs.MoveNext());
        Assert.That(
            pairs.MoveNext,
            Throws.InstanceOf<ModelInputException>()
                .With.Message.StartsWith("expected two texts of at most 6 tokens together, got 7"));
    }

    [Test]
    public void EncodePairs_LongText_BecomesTokensOnce()
    {
        var encoder = Encoder(12, OverlongText.Truncate);
        var text = string.Concat(Enumerable.Repeat("one two three four five six ", 10_000));
        long Bytes(int seconds)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.That(encoder.EncodePairs(text, Enumerable.Repeat("one", seconds)).Count(), Is.EqualTo(seconds));
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Bytes(1);
        var (one, many) = (Bytes(1), Bytes(100));

        Assert.That(many, Is.LessThan(one + 1_000_000), "60,000 tokens would be 240,000 bytes each time");
    }

    [Test]
    public void EncodePairs_NobodyWaits_EndsBetweenTexts()
    {
        using var stop = new CancellationTokenSource();
        var pairs = Encoder(12, OverlongText.Truncate).EncodePairs("one", ["two", "three"], stop.Token).GetEnumerator();
        Assert.That(pairs.MoveNext());

        stop.Cancel();

        Assert.That(pairs.MoveNext, Throws.InstanceOf<OperationCanceledException>());
    }

    private static TextEncoder Encoder(int maxLength, OverlongText overlong)
        => new(
            new TextPreprocessing { MaxLength = maxLength, Overlong = overlong },
            WordPieceTrainer.Train(Corpus, new() { VocabSize = 200, MinFrequency = 1 }));
}
