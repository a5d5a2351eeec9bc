using System.Xml.Linq;
using MaaS.Training.Reports;

namespace MaaS.Training.Tests.Reports;

public sealed class TextEvaluationTests
{
    // scikit-learn: f1_score 0.8, roc_auc_score 0.8333, precision 1, recall 2/3 with pos_label=1 on these scores.
    private static readonly float[] Spam = [0.9f, 0.8f, 0.3f, 0.4f, 0.1f];
    private static readonly int[] Targets = [1, 1, 1, 0, 0];

    [Test]
    public void From_TwoClasses_GivesTheScoresOfThePositiveOne()
    {
        var evaluation = Evaluate();
        var (summary, loss) = (
            evaluation.Summary, -(Math.Log(0.9) + Math.Log(0.8) + Math.Log(0.3) + Math.Log(0.6) + Math.Log(0.9)) / 5);
        Assert.That(
            new[]
            {
                summary.Precision, summary.Recall, summary.F1, summary.RocAuc, summary.Accuracy,
                evaluation.Report.Loss!.Value,
            },
            Is.EqualTo(new[] { 1, 2 / 3.0, 0.8, 5 / 6.0, 0.8, loss }).Within(1e-6));
        Assert.That(evaluation.Curve, Has.Count.EqualTo(6));
        Assert.That(
            ScoreSummary.Table("spam", summary), Does.Contain("spam f1").And.Contains("0.8000").And.Contains("0.8333"));
    }

    [TestCase(new[] { 0, 0, 1 }, "b")]
    [TestCase(new[] { 0, 1, 1 }, "a")]
    public void PositiveOf_TwoClasses_IsTheRarerOne(int[] targets, string expected)
        => Assert.That(TextEvaluation.PositiveOf(["a", "b"], targets), Is.EqualTo(expected));

    [Test]
    public void PositiveOf_MoreClasses_IsNone()
        => Assert.That(TextEvaluation.PositiveOf(["a", "b", "c"], [0, 1, 2]), Is.Null);

    [Test]
    public void From_UnknownPositive_Throws()
        => Assert.That(
            () => TextEvaluation.From("x", Spam, [1, 0, 1, 0, 1], ["spam"], "eggs"),
            Throws.ArgumentException.With.Message.Contains("'eggs'"));

    [Test]
    public void ToHtml_Evaluation_HoldsSummaryReportAndMatrix()
    {
        var tables = XElement.Parse($"<body>{Evaluate().ToHtml()}</body>").Descendants("table").ToArray();
        Assert.That(
            tables.Select(static t => t.Descendants("th").ElementAt(1).Value),
            Is.EqualTo(new[] { "spam precision", "precision", "ham" }));
        Assert.That(Evaluate().ToString(), Does.Contain("spam f1").And.Contains("weighted average"));
    }

    private static TextEvaluation Evaluate()
        => TextEvaluation.From(
            "network", [.. Spam.SelectMany(static p => new[] { 1 - p, p })], Targets, ["ham", "spam"], "spam");
}
