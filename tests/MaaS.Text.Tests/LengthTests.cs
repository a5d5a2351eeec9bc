using System.Text.Json.Nodes;

namespace MaaS.Text.Tests;

[TestFixture]
public class LengthTests
{
    private static readonly EncodeOptions NotPadded = new() { Padding = Padding.None };

    private static readonly Tokenizer Bert = TokenizerFixture.Load(TokenizerFixture.Json("bert"));

    private static IEnumerable<TestCaseData> Cases =>
        TokenizerFixture.Lengths.AsArray()
            .Select(c => new TestCaseData(c).SetArgDisplayNames(c!["name"]!.GetValue<string>()));

    [TestCaseSource(nameof(Cases))]
    public void Encode_TruncationAndPaddingOfTheFile_EqualsHuggingFace(JsonNode entry)
    {
        var tokenizer = Load(entry);
        foreach (var example in entry["out"]!.AsArray())
        {
            var (first, second) = (example!["a"]!.GetValue<string>(), example["b"]?.GetValue<string>());
            if (example["error"] is not null)
            {
                if (second is null)
                {
                    continue;   // The library refuses OnlySecond for one text; MaaS cuts the one there is.
                }

                Assert.That(() => tokenizer.Encode(first, second), Throws.ArgumentException);
                Assert.That(() => tokenizer.EncodePairs(first, [second]).ToList(), Throws.ArgumentException);
                continue;
            }

            var encoding = tokenizer.Encode(first, second);
            TokenizerTests.AssertEqual(encoding, example["main"]!);
            var overflow = example["overflow"]!.AsArray();
            Assert.That(encoding.Overflow, Has.Count.EqualTo(overflow.Count));
            for (var i = 0; i < overflow.Count; i++)
            {
                TokenizerTests.AssertEqual(encoding.Overflow[i], overflow[i]!);
            }
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void EncodePairs_TruncationOfTheFile_IsThatOfEachPairAlone(JsonNode entry)
    {
        var tokenizer = Load(entry);
        var pairs = entry["out"]!.AsArray().Where(static e => e!["error"] is null && e["b"] is not null)
            .GroupBy(static e => e!["a"]!.GetValue<string>(), static e => e!["b"]!.GetValue<string>());
        foreach (var pair in pairs)
        {
            var together = tokenizer.EncodePairs(pair.Key, pair).ToArray();

            foreach (var (second, encoding) in pair.Zip(together))
            {
                var alone = tokenizer.Encode(pair.Key, second, NotPadded);
                Assert.That(encoding.Ids, Is.EqualTo(alone.Ids));
                Assert.That(encoding.TypeIds, Is.EqualTo(alone.TypeIds));
                Assert.That(encoding.Offsets, Is.EqualTo(alone.Offsets));
                Assert.That(encoding.Overflow, Is.Empty);
            }

            Assert.That(together, Has.Length.EqualTo(pair.Count()));
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void EncodeBatch_TruncationAndPaddingOfTheFile_EqualsHuggingFace(JsonNode entry)
    {
        if (entry["batch"] is not JsonArray expected)
        {
            return;
        }

        var batch = Load(entry).EncodeBatch(TokenizerFixture.Texts);
        Assert.That(batch.Select(e => e.Ids), Is.EqualTo(expected.Select(ids => ids!.Values<int>())));
    }

    [Test]
    public void EncodeBatch_Longest_FillsToTheLongestAndMasks()
    {
        var batch = TokenBatch.From(Bert.EncodeBatch(["fox", "the lazy dog", ""], new() { Padding = Padding.Longest }));
        Assert.Multiple(() =>
        {
            Assert.That((batch.Rows, batch.Columns), Is.EqualTo((3, 5)));
            Assert.That(batch.AttentionMask, Is.EqualTo(new long[] { 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0 }));
            Assert.That(batch.Ids[10..], Is.EqualTo(new long[] { 2, 3, 0, 0, 0 }));
        });
    }

    [Test]
    public void EncodeBatch_Pairs_EqualsOneByOne()
    {
        var pairs = TokenizerFixture.Texts.Select((t, i) => (t, i % 2 == 0 ? null : TokenizerFixture.Texts[^(i + 1)]))
            .ToArray();
        var batch = Bert.EncodeBatch(pairs);
        Assert.That(batch.Select(e => e.Ids), Is.EqualTo(pairs.Select(p => Bert.Encode(p.t, p.Item2).Ids)));
    }

    [Test]
    public void EncodeBatch_Cancelled_Throws()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.That(
            () => Bert.EncodeBatch(["a"], cancellationToken: source.Token),
            Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void EncodeBatch_OptionsThatCannotBeMet_ThrowsArgumentException() =>
        Assert.That(() => Bert.EncodeBatch(["a", "b"], new() { Truncation = new(1) }),
            Throws.ArgumentException.With.Message.Contains(
                "expected MaxLength of at least 2, the special tokens, got 1"));

    [Test]
    public void Encode_StrideNotBelowLength_ThrowsArgumentException() =>
        Assert.That(() => Bert.Encode("the quick brown fox", null, new() { Truncation = new(4) { Stride = 2 } }),
            Throws.ArgumentException.With.Message.Contains("Stride from 0 and below the 2 tokens"));

    [Test]
    public void Encode_PaddingWithoutPadToken_ThrowsArgumentException() =>
        Assert.That(
            () => TokenizerFixture.Load(TokenizerFixture.Json("words"))
                .Encode("the", null, new() { Padding = Padding.To(5) }),
            Throws.ArgumentException.With.Message.Contains("set Padding.Id"));

    [Test]
    public void From_DifferentLengths_ThrowsArgumentException() =>
        Assert.That(
            () => TokenBatch.From(Bert.EncodeBatch(["fox", "the lazy dog"])),
            Throws.ArgumentException.With.Message.Contains("got 3 and 5 (row 1)"));

    private static Tokenizer Load(JsonNode entry)
    {
        var json = TokenizerFixture.Json("bert");
        json["truncation"] = entry["truncation"]?.DeepClone();
        json["padding"] = entry["padding"]?.DeepClone();
        return TokenizerFixture.Load(json);
    }
}
