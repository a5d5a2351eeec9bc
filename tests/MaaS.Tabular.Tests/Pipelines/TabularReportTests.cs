using MaaS.Tabular.Export;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Learners.Bayes;
using MaaS.Tabular.Learners.Linear;
using MaaS.Tabular.Learners.Trees;
using MaaS.Tabular.Pipelines;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Tests.Pipelines;

public sealed class TabularReportTests
{
    private static IEnumerable<ILearner> Learners =>
        [new RandomForest { Trees = 20 }, new LogisticRegression(), new GaussianNaiveBayes()];

    [Test]
    public void Explain_OfAnyLearner_PutsTheColumnThatCountsFirst([ValueSource(nameof(Learners))] ILearner learner)
    {
        var model = Trained(learner);
        var explanation = model.Explain();
        Assert.That(explanation.Importances[0].Name, Is.EqualTo("city"));
        Assert.That(explanation.Contributions[0].Column, Is.EqualTo("city"));
        Assert.That(explanation.Contributions.Select(static c => c.Column),
            Is.EquivalentTo(new[] { "city", "age", "noise" }));
        Assert.That(explanation.IsExact, Is.EqualTo(learner is not GaussianNaiveBayes));
        Assert.That(explanation.LeftOut, Is.Empty);
        var city = explanation.Dependences.Single(static d => d.Column == "city");
        Assert.That(
            city.Predictions[city.Values.ToList().IndexOf("Kyoto"), 0],
            Is.GreaterThan(city.Predictions[city.Values.ToList().IndexOf("Nara"), 0] + 0.3));
    }

    [Test]
    public void Explain_WithoutTime_SaysWhatIsLeftOut()
    {
        var explanation = Trained(new LogisticRegression()).Explain(TimeSpan.FromTicks(1));
        Assert.That(explanation.LeftOut, Has.Member("permutation importance").And.Member("partial dependence"));
    }

    [Test]
    public void ToHtml_AndCard_ShowScoresCandidatesColumnsAndNoScript()
    {
        var model = Trained(new LogisticRegression());
        var latency = RowLatency.Measure(TabularOnnx.Write(model.Fit, model.Classes), model.Test, 10);
        var html = model.ToHtml(model.Explain(), latency);
        var score = model.TestScores["log-loss"].ToString("0.0000");
        Assert.That(html, Does.Contain(score).And.Contain("Permutation importance").And.Contain("Shapley values"));
        Assert.That(html, Does.Contain("&lt;b&gt;").And.Not.Contain("<b>").And.Not.Contain("<script"));
        Assert.That(latency.P50, Is.GreaterThan(0).And.LessThanOrEqualTo(latency.P99));
        var card = model.Card("stays");
        Assert.That(card, Does.Contain($"| log-loss | {score} |").And.Contain("- `city`: category")
            .And.Contain("| only |"));
    }

    [Test]
    public void ToHtml_OfACategoryOfNumbers_ShowsATableAndNoLine()
    {
        // Postal codes are texts that parse as numbers; ages are numbers.
        var html = Page(Trained(new LogisticRegression(), ["00501", "10115", "90210"]));
        Assert.That(html, Does.Contain(">00501</td>").And.Contain(">10115</td>"));
        Assert.That(html, Does.Contain("age: mean prediction"));

        static string Page(TabularModel model) => model.ToHtml(model.Explain());
    }

    private static TabularModel Trained(ILearner learner, string[]? names = null)
    {
        var random = new Random(12);
        var cities = names ?? ["Kyoto", "Osaka", "Nara"];
        string[] city = [.. Enumerable.Range(0, 300).Select(_ => cities[random.Next(3)])];
        double[] age = [.. Enumerable.Range(0, 300).Select(_ => 20d + random.Next(50))];
        var table = new Table(
        [
            new StringColumn("city", city), new NumberColumn("age", age),
            new NumberColumn("noise", [.. Enumerable.Range(0, 300).Select(_ => random.NextDouble())]),
            new StringColumn(
                "stays", [.. city.Select((c, i) => random.NextDouble() < (c == cities[0] ? 0.95 : 0.1 + age[i] / 400)
                    ? "<b>" : "a")]),
        ]);
        return TabularTrainer.Train(table, new TabularTrainerOptions
        {
            Label = "stays",
            Task = TabularTask.Classification,
            Candidates = new Dictionary<string, ILearner> { ["only"] = learner },
        });
    }
}
