using MaaS.Tests;
using MaaS.Text.Training;


namespace MaaS.Text.Tests;

/// <summary>The examples of docs/text.md.</summary>
[TestFixture]
public class DocumentationTests
{
    [Test]
    public void Tokenizers_Example_PrintsWhatThePageSays()
    {
        using var folder = new TemporaryFolder();
        var path = folder["tokenizer.json"];
        WordPieceTrainer.Train(TokenizerFixture.Corpus, new()
        {
            VocabSize = 8_000,
            MinFrequency = 1,
            SpecialTokens = ["[URL]"],
            Bert = new() { Lowercase = true },
        }).Save(path);

        var tokenizer = Tokenizer.Load(path);
        var encoding = tokenizer.Encode("The quick brown fox", "jumps");
        var batch = TokenBatch.From(
            tokenizer.EncodeBatch(TokenizerFixture.Corpus, new() { Truncation = new(256), Padding = Padding.Longest }));
        Assert.Multiple(() =>
        {
            Assert.That(string.Join(' ', encoding.Tokens), Is.EqualTo("[CLS] the quick brown fox [SEP] jumps [SEP]"));
            Assert.That(tokenizer.Decode(encoding.Ids), Is.EqualTo("the quick brown fox jumps"));
            Assert.That("The quick brown fox"[encoding.Offsets[2].Start..encoding.Offsets[2].End], Is.EqualTo("quick"));
            Assert.That(
                (batch.Rows, batch.Ids.Length),
                Is.EqualTo((TokenizerFixture.Corpus.Length, batch.Rows * batch.Columns)));
        });
    }

    [Test]
    public void Tokenizers_LengthExample_GivesTheRestAsOverflow()
    {
        var tokenizer = TokenizerFixture.Load(TokenizerFixture.Json("bert"));
        var encoding = tokenizer.Encode("the quick brown fox", string.Join(' ', TokenizerFixture.Corpus), new()
        {
            Truncation = new(128) { Strategy = TruncationStrategy.OnlySecond, Stride = 32 },
            Padding = new() { MultipleOf = 8 },
        });
        Assert.That(encoding.Length, Is.EqualTo(128));
        Assert.That(encoding.Overflow.Select(o => o.Length), Is.Not.Empty.And.All.EqualTo(128));
    }
}
