using System.Text.Json;
using MaaS.Text.Terms;
using MaaS.Training.Baselines;
using MaaS.Training.Data.Text;

namespace MaaS.Training.Tests.Baselines;

/// <summary>TF-IDF and logistic regression against scikit-learn (Fixtures/make_tfidf.py).</summary>
public sealed class TfIdfBaselineTests
{
    private const double Tolerance = 1e-4;

    private readonly JsonElement _expected;
    private readonly string[] _texts;

    public TfIdfBaselineTests()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Baselines", "Fixtures", "tfidf.json");
        _expected = JsonDocument.Parse(File.ReadAllText(path)).RootElement;
        _texts = [.. _expected.GetProperty("texts").EnumerateArray().Select(static t => t.GetString()!)];
    }

    [Test]
    public void Transform_Texts_EqualsScikitLearn()
    {
        var features = TfIdf.Fit(_texts);
        var row = features.Transform(_texts[1]).ToDictionary(static t => t.Column, static t => t.Value);
        var expected = _expected.GetProperty("row").EnumerateObject()
            .ToDictionary(t => features.Terms[t.Name], static t => t.Value.GetDouble());
        Assert.That(features.Count, Is.EqualTo(_expected.GetProperty("terms").GetInt32()));
        Assert.That(row.Keys, Is.EquivalentTo(expected.Keys));
        Assert.That(row.Keys.Select(c => row[c] - expected[c]), Has.All.EqualTo(0).Within(1e-12));
    }

    [Test]
    public void Transform_TextWithoutKnownTerms_IsZero()
        => Assert.That(TfIdf.Fit(_texts).Transform("nothing of this"), Is.Empty);

    [Test]
    public void Fit_NoFrequentTerm_Throws()
        => Assert.That(() => TfIdf.Fit(["one two", "three four"]), Throws.ArgumentException);

    [TestCase("two", 10, "binary")]
    [TestCase("three", 2, "softmax")]
    public void Probabilities_EqualScikitLearn(string targets, double c, string expected)
        => Assert.That(Probabilities(targets, c, null), Is.EqualTo(Numbers(expected)).Within(Tolerance));

    [Test]
    public void Probabilities_BalancedWeights_EqualScikitLearn()
    {
        var weights = LabelEncoder.BalancedWeights(Integers("two"), 2);
        Assert.That(weights, Is.EqualTo(Numbers("weights")).Within(1e-12));
        Assert.That(Probabilities("two", 10, weights), Is.EqualTo(Numbers("balanced")).Within(Tolerance));
    }

    [Test]
    public void Probabilities_Baseline_SeparatesItsTrainingTexts()
    {
        var corpus = new TextCorpus(_texts, Integers("two"), ["no", "yes"]);
        var probabilities = TfIdfBaseline.Fit(corpus).Probabilities(_texts);
        Assert.That(probabilities, Is.EqualTo(Numbers("binary")).Within(0.02), "the default tolerance is looser");
    }

    [Test]
    public void Fit_Cancelled_Stops()
        => Assert.That(
            () => TfIdfBaseline.Fit(
                new TextCorpus(_texts, Integers("two"), ["no", "yes"]),
                cancellationToken: new CancellationToken(canceled: true)),
            Throws.InstanceOf<OperationCanceledException>());

    private double[] Probabilities(string targets, double c, double[]? weights)
    {
        var rows = SparseRows.Of(TfIdf.Fit(_texts), _texts);
        var labels = Integers(targets);
        return [
            .. LogisticRegression.Fit(rows, labels, labels.Max() + 1, c, weights, tolerance: 1e-9).Probabilities(rows)
                .Select(static p => (double)p),
        ];
    }

    private int[] Integers(string name)
        => [.. _expected.GetProperty(name).EnumerateArray().Select(static v => v.GetInt32())];

    private double[] Numbers(string name)
        => [.. _expected.GetProperty(name).EnumerateArray().Select(static v => v.GetDouble())];
}
