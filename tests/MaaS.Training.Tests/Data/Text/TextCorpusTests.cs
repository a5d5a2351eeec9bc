using MaaS.Text.Cleaning;
using MaaS.Text.Reading;
using MaaS.Training.Data.Text;

namespace MaaS.Training.Tests.Data.Text;

public sealed class TextCorpusTests
{
    private const string Letter = "dear friend i have a business proposal of ten million dollars for you please "
        + "answer at once with your bank account and telephone";

    [Test]
    public void Clean_EqualTexts_KeepsTheFirst()
    {
        TextSample[] samples = [new(1, "A  b", "x"), new(2, "a B", "y"), new(3, "c", "y"), new(4, "a b", "x")];
        var corpus = TextCorpus.Clean(samples, new TextCleaner("whitespace"));
        Assert.That(corpus.Texts, Is.EqualTo(new[] { "A b", "c" }));
        Assert.That(corpus.Targets, Is.EqualTo(new[] { 0, 1 }));
        Assert.That((corpus.Duplicates, corpus.Contradictions), Is.EqualTo((2, 1)));
        Assert.That(TextCorpus.Clean(samples, new TextCleaner(), keepDuplicates: true).Count, Is.EqualTo(4));
    }

    [Test]
    public void Clean_OneClass_Throws()
        => Assert.That(
            () => TextCorpus.Clean([new(1, "a", "x")], new TextCleaner()),
            Throws.ArgumentException.With.Message.Contains("at least two"));

    // Two texts of n words that differ in one word in the middle share n − 5 of n + 1 three-word sequences.
    [TestCase(30, true)]
    [TestCase(29, true)]
    [TestCase(28, false)]
    public void Groups_OneWordOfMany_FollowsTheRule(int words, bool same)
    {
        var text = string.Join(' ', Enumerable.Range(0, words).Select(static i => $"w{i}"));
        var other = text.Replace("w14", "changed", StringComparison.Ordinal);
        var expected = (words - 5.0) / (words + 1);
        Assert.That(NearDuplicates.Jaccard(text, other), Is.EqualTo(expected).Within(1e-12));
        Assert.That(
            NearDuplicates.Groups([text, other.ToUpperInvariant()]), Is.EqualTo(same ? new[] { 0, 0 } : [0, 1]));
    }

    [Test]
    public void Groups_TextsWithoutWords_AreGroupedWithTheirEqualsAlone()
        => Assert.That(NearDuplicates.Groups(["😀", "😡😡", "!!!", "😀", ""]), Is.EqualTo(new[] { 0, 1, 2, 0, 4 }));

    [Test]
    public void Groups_ChainOfNearDuplicates_IsOneGroup()
    {
        var words = Enumerable.Range(0, 60).Select(static i => $"w{i}").ToArray();
        string Changed(params int[] at) => string.Join(' ', words.Select((w, i) => at.Contains(i) ? $"x{i}" : w));
        Assert.That(
            NearDuplicates.Groups([Changed(), "something else", Changed(10, 20), Changed(10, 20, 30, 40)]),
            Is.EqualTo(new[] { 0, 1, 0, 0 }));
    }

    [Test]
    public void Split_NearDuplicates_StayTogetherAndClassesKeepTheirShares()
    {
        List<string> texts = [];
        List<int> targets = [];
        for (var i = 0; i < 300; i++)
        {
            // Every third text is a copy of one of ten letters with another last word.
            texts.Add(
                i % 3 == 0
                    ? $"{Letter} {Letter.Replace("o", $"{i % 10}", StringComparison.Ordinal)} end{i}"
                    : string.Join(' ', Enumerable.Range(0, 12).Select(w => $"t{i}w{w}")));
            targets.Add(i % 4 == 0 ? 1 : 0);
        }

        var groups = NearDuplicates.Groups(texts);
        var (train, test) = new TextCorpus(texts, targets, ["ham", "spam"]).Split(0.2, seed: 3);
        var held = test.Texts.ToHashSet();
        Assert.That(groups.Distinct().Count(), Is.EqualTo(210), "ten letters and 200 others");
        Assert.That(
            groups.Select((g, i) => (g, held.Contains(texts[i]))).Distinct().Count(), Is.EqualTo(210),
            "no group on both sides");
        Assert.That(train.Count + test.Count, Is.EqualTo(300));
        Assert.That(test.Targets.Count(static t => t == 1), Is.EqualTo(15).Within(10));
        Assert.That(test.Count, Is.EqualTo(60).Within(10));
        Assert.That(
            new TextCorpus(texts, targets, ["ham", "spam"]).Split(0.2, seed: 3).Second.Texts, Is.EqualTo(test.Texts),
            "the same seed");
        Assert.That(
            new TextCorpus(texts, targets, ["ham", "spam"]).Split(0.2, seed: 4).Second.Texts,
            Is.Not.EqualTo(test.Texts));
    }

    [Test]
    public void Split_ClassOfOneText_IsLearnedFrom()
    {
        var (train, test) = new TextCorpus(["alone", "one two", "three four"], [1, 0, 0], ["x", "y"])
            .Split(0.5, seed: 1);
        Assert.That(train.Targets, Is.EquivalentTo(new[] { 0, 1 }));
        Assert.That(test.Targets, Is.EqualTo(new[] { 0 }));
    }

    [Test]
    public void Sha256_AnythingChanges_Changes()
    {
        string[] hashes =
        [
            new TextCorpus(["a", "b"], [0, 1], ["x", "y"]).Sha256(),
            new TextCorpus(["a", "b"], [1, 0], ["x", "y"]).Sha256(),
            new TextCorpus(["ab", ""], [0, 1], ["x", "y"]).Sha256(),
            new TextCorpus(["a", "b"], [0, 1], ["x", "z"]).Sha256(),
        ];
        Assert.That(hashes, Is.Unique);
    }
}
