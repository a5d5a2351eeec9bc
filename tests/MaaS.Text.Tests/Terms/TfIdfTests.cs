using MaaS.Text.Terms;

namespace MaaS.Text.Tests.Terms;

/// <summary>Which words are terms; the values stand beside scikit-learn's in MaaS.Training.Tests and
/// MaaS.Tabular.Tests.</summary>
public sealed class TfIdfTests
{
    private static readonly string[] Texts = ["Red red blue", "red, green!", "blue GREEN x", "red"];

    [Test]
    public void WordsOf_TakesLettersDigitsAndUnderscoresInLowerCase()
        => Assert.That(
            TfIdf.WordsOf("Don't STRAßE a x_1, 東京; é"), Is.EqualTo(new[] { "don", "straße", "x_1", "東京" }));

    [Test]
    public void Fit_WithAMostOfTerms_KeepsThoseThatAreWrittenMostInOrder()
    {
        var terms = TfIdf.Fit(Texts, new TfIdfOptions { MostTerms = 2, Pairs = false });
        Assert.That(terms.Terms.OrderBy(static t => t.Value).Select(static t => t.Key),
            Is.EqualTo(new[] { "blue", "red" }));
    }

    [Test]
    public void Transform_WithoutPairs_GivesRowsOfLengthOne()
    {
        var terms = TfIdf.Fit(Texts, new TfIdfOptions { Pairs = false });
        var row = terms.Transform("green red red unknown");
        Assert.That(row.Select(static t => t.Column), Is.EqualTo(new[] { terms.Terms["green"], terms.Terms["red"] }));
        Assert.That(row.Sum(static t => t.Value * t.Value), Is.EqualTo(1).Within(1e-12));
        Assert.That(terms.Transform("nothing known"), Is.Empty);
    }

    [TestCase(0, null)]
    [TestCase(1, 0)]
    public void Fit_WithWrongOptions_IsRefused(int minimum, int? most)
        => Assert.That(
            () => TfIdf.Fit(Texts, new TfIdfOptions { MinimumTexts = minimum, MostTerms = most }),
            Throws.InstanceOf<ArgumentOutOfRangeException>());
}
