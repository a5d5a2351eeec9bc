using MaaS.Training.Data.Text;

namespace MaaS.Training.Tests.Data.Text;

internal sealed class LanguageCorpusTests
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-corpus-");

    [OneTimeTearDown]
    public void DeleteFolder() => _folder.Delete(recursive: true);

    [Test]
    public void Read_FolderOfTextsAndLines_GivesAllInOrder()
    {
        var folder = _folder.CreateSubdirectory("mixed").FullName;
        File.WriteAllText(Path.Combine(folder, "b.txt"), "\uFEFFsecond\n");
        File.WriteAllText(Path.Combine(folder, "a.jsonl"), "{\"text\": \"first\"}\n\n{\"text\": \"one more\"}\n");
        File.WriteAllText(Path.Combine(folder, "c.bin"), "no text");

        Assert.That(
            LanguageCorpus.Read(folder).Documents, Is.EqualTo(new[] { "first", "one more", "second\n" }));
    }

    [TestCase("{\"other\": 1}", "line 1: expected an object with a text 'text'")]
    [TestCase("{\"text\": \"a\"}\n{", "line 2: expected a JSON object")]
    [TestCase("\n", "got none that has a character")]
    public void Read_LinesWithoutTexts_NamesTheLine(string content, string message)
    {
        var path = Path.Combine(_folder.FullName, $"{Guid.NewGuid():N}.jsonl");
        File.WriteAllText(path, content);

        Assert.That(() => LanguageCorpus.Read(path), Throws.TypeOf<InvalidDataException>()
            .With.Message.Contains(message).And.Message.Contains(path));
    }

    [Test]
    public void Read_BytesThatAreNoUtf8OrNoFile_Throws()
    {
        var path = Path.Combine(_folder.FullName, "latin.txt");
        File.WriteAllBytes(path, [0x61, 0xE9, 0x61]);

        Assert.That(
            () => LanguageCorpus.Read(path),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains($"{path}, line 1: expected UTF-8"));
        Assert.That(() => LanguageCorpus.Read(path + "x"), Throws.TypeOf<FileNotFoundException>());
    }

    [Test]
    public void Split_FewDocuments_HoldsTheirEndsBackAndLosesNothing()
    {
        var lines = string.Concat(Enumerable.Range(0, 100).Select(static i => $"line {i}\n"));
        var (train, held) = new LanguageCorpus([lines, "short"]).Split(0.1, seed: 3);

        Assert.That(train.Documents[0] + held.Documents[0], Is.EqualTo(lines));
        Assert.That(held.Documents[0], Does.StartWith("line ").And.Length.EqualTo(lines.Length / 10.0).Within(10));
        Assert.That(train.Documents[1] + held.Documents[1], Is.EqualTo("short"));
    }

    // Where the next line break ends the text, the one before it counts if most of the text stays before it.
    [TestCase("one\ntwo\nthree\nfour and no end", "one\ntwo\nthree\n")]
    [TestCase("one\ntwo\nthree\nfour with an end\n", "one\ntwo\nthree\n")]
    [TestCase("t\none line of 20 chars", "t\none line of")]
    [TestCase("no break at all", "no break")]
    [TestCase("ab", "a")]
    public void Split_BreakInsideTheLastLine_HoldsSomethingBack(string text, string expected)
    {
        var (train, held) = new LanguageCorpus([text]).Split(0.4, seed: 1);

        Assert.That(train.Documents.Single(), Does.StartWith(expected).And.Length.EqualTo(expected.Length).Within(1));
        Assert.That(train.Documents[0] + held.Documents.Single(), Is.EqualTo(text));
    }

    [Test]
    public void Split_ManyDocuments_DrawsWholeOnesByTheSeed()
    {
        var corpus = new LanguageCorpus([.. Enumerable.Range(0, 50).Select(static i => $"text {i:00}")]);

        var (train, held) = corpus.Split(0.2, seed: 1);
        var (_, again) = corpus.Split(0.2, seed: 1);
        var (_, other) = corpus.Split(0.2, seed: 2);

        Assert.That(
            held.Documents, Has.Count.EqualTo(10).And.EqualTo(again.Documents).And.Not.EqualTo(other.Documents));
        Assert.That(train.Documents.Concat(held.Documents), Is.EquivalentTo(corpus.Documents));
    }

    [Test]
    public void Split_ShareOutOfRange_Throws()
        => Assert.That(
            () => new LanguageCorpus(["a"]).Split(1, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
}
