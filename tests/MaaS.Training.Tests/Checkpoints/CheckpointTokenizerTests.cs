using MaaS.Training.Checkpoints;


namespace MaaS.Training.Tests.Checkpoints;

internal sealed class CheckpointTokenizerTests
{
    private static readonly string[] Vocabulary = [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "hello", "Hello", "wor", "##ld", "é", "e",
    ];

    private string _folder = "";

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("maas-tokenizer-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase(null, new[] { 2, 4, 6, 7, 9, 3 })]
    [TestCase("""{"do_lower_case": true}""", new[] { 2, 4, 6, 7, 9, 3 })]
    [TestCase("""{"do_lower_case": false, "strip_accents": null}""", new[] { 2, 5, 6, 7, 8, 3 })]
    [TestCase("""{"do_lower_case": true, "strip_accents": false}""", new[] { 2, 4, 6, 7, 8, 3 })]
    public void Load_VocabTxt_FollowsTokenizerConfig(string? config, int[] expected)
    {
        File.WriteAllLines(Path.Combine(_folder, "vocab.txt"), Vocabulary);
        if (config is not null)
        {
            File.WriteAllText(Path.Combine(_folder, "tokenizer_config.json"), config);
        }

        Assert.That(CheckpointTokenizer.Load(_folder).Encode("Hello world é").Ids, Is.EqualTo(expected));
    }

    [Test]
    public void Load_VocabJsonAndMerges_IsGpt2sAndTokenizerJsonComesFirst()
    {
        File.WriteAllText(
            Path.Combine(_folder, "vocab.json"), """{"a": 0, "b": 1, "\u0120": 2, "ab": 3, "<|endoftext|>": 4}""");
        File.WriteAllText(Path.Combine(_folder, "merges.txt"), "#version: 0.2\na b\n");
        var tokenizer = CheckpointTokenizer.Load(_folder);
        Assert.That(tokenizer.Encode("ab ba").Ids, Is.EqualTo(new[] { 3, 2, 1, 0 }));

        tokenizer.Save(Path.Combine(_folder, "tokenizer.json"));
        File.WriteAllText(Path.Combine(_folder, "merges.txt"), "");
        Assert.That(CheckpointTokenizer.Load(_folder).Encode("ab ba").Ids, Is.EqualTo(new[] { 3, 2, 1, 0 }));
    }

    [Test]
    public void Load_BrokenConfigOrNoFiles_Throws()
    {
        Assert.That(
            () => CheckpointTokenizer.Load(_folder),
            Throws.TypeOf<FileNotFoundException>().With.Message.Contains("vocab.txt"));

        File.WriteAllLines(Path.Combine(_folder, "vocab.txt"), Vocabulary);
        File.WriteAllText(Path.Combine(_folder, "tokenizer_config.json"), """{"do_lower_case": "yes"}""");
        Assert.That(
            () => CheckpointTokenizer.Load(_folder),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("do_lower_case"));
    }
}
