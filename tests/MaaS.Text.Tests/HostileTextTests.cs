using System.Text;
using System.Text.Json.Nodes;

namespace MaaS.Text.Tests;

[TestFixture]
public class HostileTextTests
{
    private static readonly string[] Pieces =
    [
        "\uD800", "\uDC00", "\uDBFF\uD83D", "\u0000", "\u200B", "\u200D", "\uFEFF", "\u202E", "\uFFFD", "\uFFFF",
        "e\u0301", "\u0301\u0316",
        "👨‍👩‍👧‍👦", "🇩🇪", "漢", "한", "\u1112\u1161\u11AB", "ﷺ", "İ", "ß", "the", "##", "[", "[SEP]",
        "<|endoftext|>", "<0xFF>", "▁", "Ġ", " ", "\r\n", "\t", "'", "'ll", "12", "א", "ก็", "न्",
    ];

    [TestCaseSource(typeof(TokenizerFixture), nameof(TokenizerFixture.Tokenizers))]
    public void Encode_RandomHostileText_GivesIdsAndOriginsWithinTheText(JsonNode entry)
    {
        var tokenizer = TokenizerFixture.Load(entry);
        var random = new Random(1);
        for (var round = 0; round < 300; round++)
        {
            var text = string.Concat(
                Enumerable.Range(0, random.Next(1, 40)).Select(_ => Pieces[random.Next(Pieces.Length)]));
            var encoding = tokenizer.Encode(text);
            Assert.That(encoding.Ids, Has.All.InRange(0, tokenizer.VocabSize - 1));
            Assert.That(encoding.Offsets.All(o => o.Start >= 0 && o.Start <= o.End && o.End <= text.Length), Is.True);
            Assert.That(
                tokenizer.Encode(WithoutLoneSurrogates(text)).Ids, Is.EqualTo(encoding.Ids),
                "a lone surrogate counts as U+FFFD");
            Assert.DoesNotThrow(() => tokenizer.Decode(encoding.Ids));
        }
    }

    // Bytes lose nothing: the one model that must give back every well-formed text.
    [Test]
    public void Decode_ByteLevel_GivesTheTextBack()
    {
        var tokenizer = TokenizerFixture.Load(TokenizerFixture.Json("gpt-2"));
        var random = new Random(2);
        for (var round = 0; round < 2000; round++)
        {
            var text = string.Concat(
                Enumerable.Range(0, random.Next(40)).Select(_ => Pieces[random.Next(3, Pieces.Length)]));
            Assert.That(tokenizer.Decode(tokenizer.Encode(text).Ids, skipSpecialTokens: false), Is.EqualTo(text));
        }
    }

    // A text 16 times as long may take about 16 times as long; quadratic work would take 256 times.
    [TestCaseSource(typeof(TokenizerFixture), nameof(TokenizerFixture.Tokenizers))]
    public void Encode_LongLine_TakesAboutLinearTime(JsonNode entry)
    {
        var tokenizer = TokenizerFixture.Load(entry);
        string[] units = ["the", " ", "\u0301\u0316", "漢", "😀", "[", "'", "1.", "\n"];
        foreach (var unit in units)
        {
            var small = Time(tokenizer, Repeat(unit, 1 << 13));
            var large = Time(tokenizer, Repeat(unit, 1 << 17));
            Assert.That(
                large, Is.LessThan((64 * small) + TimeSpan.FromSeconds(1)),
                $"'{unit}': {small.TotalMilliseconds} ms, then {large.TotalMilliseconds} ms");
        }
    }

    [TestCaseSource(typeof(TokenizerFixture), nameof(TokenizerFixture.Tokenizers))]
    public void Encode_OneMegabyteWord_Ends(JsonNode entry)
    {
        var encoding = TokenizerFixture.Load(entry)
            .Encode(new string('a', 1 << 20), null, new() { AddSpecialTokens = false });
        Assert.That((encoding.Offsets[0].Start, encoding.Offsets[^1].End), Is.EqualTo((0, 1 << 20)));
    }

    [Test]
    public void Encode_SpecialTokensOfStrangers_AreTextWhenAskedFor()
    {
        var tokenizer = TokenizerFixture.Load(TokenizerFixture.Json("bert"));
        var separator = tokenizer.TokenToId("[SEP]");
        Assert.Multiple(() =>
        {
            Assert.That(tokenizer.Encode("a [SEP] b").Ids.Count(id => id == separator), Is.EqualTo(2));
            Assert.That(
                tokenizer.Encode("a [SEP] b", null, new() { SpecialTokensInText = false })
                    .Ids.Count(id => id == separator), Is.EqualTo(1));
        });
    }

    [Test]
    public void Encode_BreakWithinASpecialToken_IsTextThereAndATokenElsewhere()
    {
        var tokenizer = TokenizerFixture.Load(TokenizerFixture.Json("bert"));
        var separator = tokenizer.TokenToId("[SEP]");
        int Count(params int[] breaks) => tokenizer.Encode(
            "a [SEP] b [SEP]", options: new() { AddSpecialTokens = false, SpecialTokenBreaks = breaks })
            .Ids.Count(id => id == separator);

        Assert.Multiple(() =>
        {
            Assert.That(Count(), Is.EqualTo(2));
            Assert.That(Count(3), Is.EqualTo(1), "within the first");
            Assert.That(Count(6, 14), Is.Zero, "within both, before their last characters");
            Assert.That(Count(2, 7, 10, 15), Is.EqualTo(2), "at their ends alone");
        });
    }

    [Test]
    public void Encode_ManyThreads_GivesTheSame()
    {
        var tokenizer = TokenizerFixture.Load(TokenizerFixture.Json("gpt-2"));
        var texts = Enumerable.Range(0, 2000).Select(i => TokenizerFixture.Texts[i % TokenizerFixture.Texts.Length] + i)
            .ToArray();
        Assert.That(
            tokenizer.EncodeBatch(texts).Select(e => e.Ids), Is.EqualTo(texts.Select(t => tokenizer.Encode(t).Ids)));
    }

    private static string WithoutLoneSurrogates(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static string Repeat(string unit, int length)
        => string.Concat(Enumerable.Repeat(unit, length / unit.Length));

    // Processor time: other processes do not count.
    private static TimeSpan Time(Tokenizer tokenizer, string text)
    {
        var before = Environment.CpuUsage.TotalTime;
        tokenizer.Encode(text);
        return Environment.CpuUsage.TotalTime - before;
    }
}
