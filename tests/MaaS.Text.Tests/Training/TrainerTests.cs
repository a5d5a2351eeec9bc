using MaaS.Text.Training;


namespace MaaS.Text.Tests.Training;

[TestFixture]
public class TrainerTests
{
    private static readonly string[] Corpus = TokenizerFixture.Corpus;

    [Test]
    public void BpeTrain_Corpus_GivesTheMergesOfHuggingFace()
    {
        var tokenizer = BpeTrainer.Train(
            Corpus.Select(line => line + "\n"),
            new() { VocabSize = 30_000, MinFrequency = 1, MaxWordLength = int.MaxValue });
        var expected = TokenizerFixture.Training["merges"]!.AsArray()
            .Select(m => string.Join(' ', m!.Values<string>()));
        using var json = System.Text.Json.JsonDocument.Parse(tokenizer.ToJson());
        Assert.That(
            json.RootElement.GetProperty("model").GetProperty("merges").EnumerateArray().Select(m => m.GetString()),
            Is.EqualTo(expected));
    }

    // The library breaks ties differently from run to run; what does not hang on ties is the alphabet, and that in the
    // end every word is a token.
    [Test]
    public void WordPieceTrain_Corpus_GivesTheAlphabetAndWordsOfHuggingFace()
    {
        var tokenizer = WordPieceTrainer.Train(Corpus, new() { MinFrequency = 1, MaxWordLength = int.MaxValue });
        var expected = TokenizerFixture.Training["wordPiece"]!.Values<string>();
        var actual = Enumerable.Range(5, tokenizer.VocabSize - 5).Select(id => tokenizer.IdToToken(id)!);
        Assert.That(Symbols(actual), Is.EqualTo(Symbols(expected)));
        var reference = TokenizerFixture.Load(TokenizerFixture.Json("bert"));
        foreach (var line in Corpus)
        {
            Assert.That(tokenizer.Encode(line).Tokens, Is.EqualTo(reference.Encode(line).Tokens));
        }
    }

    private static IEnumerable<string> Symbols(IEnumerable<string> tokens) => tokens
        .Where(t => t.Replace("##", "", StringComparison.Ordinal).EnumerateRunes().Count() == 1)
        .Order(StringComparer.Ordinal);

    [Test]
    public void WordPieceTrain_OtherOrderOfTexts_GivesTheSameFile() =>
        Assert.That(
            WordPieceTrainer.Train(Corpus.Reverse()).ToJson(), Is.EqualTo(WordPieceTrainer.Train(Corpus).ToJson()));

    [Test]
    public void BpeTrain_OtherOrderOfTexts_GivesTheSameFile() =>
        Assert.That(BpeTrainer.Train(Corpus.Reverse()).ToJson(), Is.EqualTo(BpeTrainer.Train(Corpus).ToJson()));

    [Test]
    public void WordPieceTrain_SizeAndSpecialTokens_AreKept()
    {
        var tokenizer = WordPieceTrainer.Train(
            Corpus, new() { VocabSize = 700, MinFrequency = 1, SpecialTokens = ["[URL]"] });
        Assert.Multiple(() =>
        {
            Assert.That(tokenizer.VocabSize, Is.EqualTo(700));
            Assert.That(
                new[] { "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[URL]" }.Select(tokenizer.TokenToId),
                Is.EqualTo(Enumerable.Range(0, 6)));
            Assert.That(
                tokenizer.Encode("the [URL] offer").Ids,
                Is.EqualTo(new[] { 2, tokenizer.TokenToId("the"), 5, tokenizer.TokenToId("offer"), 3 }));
        });
    }

    [Test]
    public void WordPieceTrain_LimitedAlphabet_LeavesTheRarestCharactersOut()
    {
        var tokenizer = WordPieceTrainer.Train(["aaa abb abc"], new() { LimitAlphabet = 2, MinFrequency = 1 });
        Assert.That(
            Enumerable.Range(5, tokenizer.VocabSize - 5).Select(tokenizer.IdToToken),
            Is.EqualTo(new[] { "a", "b", "##a", "##b", "aa", "ab", "aaa", "abb" }));
        Assert.That(tokenizer.Encode("abc").Tokens[1], Is.EqualTo("[UNK]"));
    }

    [Test]
    public void BpeTrain_MinFrequency_StopsBeforeRarerPairs()
    {
        var tokenizer = BpeTrainer.Train(["ab ab ab cd cd"], new() { MinFrequency = 3 });
        Assert.That(tokenizer.TokenToId("ab"), Is.Not.Null);
        Assert.That(tokenizer.TokenToId("cd"), Is.Null);
    }

    [Test]
    public void Train_VocabSizeTooSmall_ThrowsArgumentException()
    {
        Assert.That(
            () => BpeTrainer.Train(Corpus, new() { VocabSize = 256 }),
            Throws.ArgumentException.With.Message.Contains("at least 257"));
        Assert.That(
            () => WordPieceTrainer.Train(["ab"], new() { VocabSize = 6 }),
            Throws.ArgumentException.With.Message.Contains("at least 8"));
    }

    [Test]
    public void Train_EmptyCorpus_GivesSpecialTokensAndAlphabet()
    {
        Assert.That(WordPieceTrainer.Train([]).VocabSize, Is.EqualTo(5));
        Assert.That(BpeTrainer.Train([]).Decode(BpeTrainer.Train([]).Encode("any text").Ids), Is.EqualTo("any text"));
    }

    [Test]
    public void Train_Cancelled_Throws()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.That(
            () => BpeTrainer.Train(Corpus, null, source.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Train_Progress_TellsTextsThenTokens()
    {
        List<TokenizerTrainingProgress> seen = [];
        var tokenizer = WordPieceTrainer.Train(Corpus, new() { Progress = new Recorder(seen) });
        Assert.That(
            seen,
            Is.EqualTo(
                new[] { new TokenizerTrainingProgress(Corpus.Length, 0), new(Corpus.Length, tokenizer.VocabSize) }));
    }

    private sealed class Recorder(List<TokenizerTrainingProgress> seen) : IProgress<TokenizerTrainingProgress>
    {
        public void Report(TokenizerTrainingProgress value) => seen.Add(value);
    }
}
