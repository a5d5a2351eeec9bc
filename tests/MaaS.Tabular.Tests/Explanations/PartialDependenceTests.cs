using System.Globalization;
using System.Text.Json;
using MaaS.Tabular.Explanations;
using MaaS.Tabular.Learners.Linear;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Selection;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Tests.Explanations;

/// <summary>Partial dependence beside scikit-learn's: Fixtures/make_dependence.py.</summary>
public sealed class PartialDependenceTests
{
    private static readonly JsonElement Fixture = JsonDocument.Parse(File.ReadAllText(
        Path.Combine(AppContext.BaseDirectory, "Explanations/Fixtures/dependence.json"))).RootElement;

    [Test]
    public void Of_ANumber_IsScikitLearns()
    {
        var rows = Fixture.GetProperty("x").EnumerateArray().ToArray();
        var table = new Table(Enumerable.Range(0, 3).Select(c => new NumberColumn(
            $"x{c}", [.. rows.Select(row => row[c].GetDouble())])));
        var y = Target.OfClasses(
            [.. Fixture.GetProperty("y").EnumerateArray().Select(v => v.GetInt32())], ["0", "1", "2"]);
        var fit = TabularFit.Fit(new LogisticRegression(), table, y);

        var dependence = PartialDependence.Of(fit, table, "x1", 7);

        Assert.That(
            dependence.Values.Select(v => double.Parse(v, CultureInfo.InvariantCulture)),
            Is.EqualTo(Fixture.GetProperty("values").EnumerateArray().Select(v => v.GetDouble())).Within(1e-9));
        for (var i = 0; i < 7; i++)
        {
            Assert.That(
                dependence.Predictions.Row(i).ToArray(),
                Is.EqualTo(Fixture.GetProperty("average")[i].EnumerateArray().Select(v => v.GetDouble()))
                    .Within(1e-6));
        }
    }

    [Test]
    public void Of_ACategory_TakesTheMostFrequentOnes()
    {
        var table = new Table([new StringColumn("city", ["a", "b", "b", "c", "c", "c", null])]);
        var fit = TabularFit.Fit(new LinearRegression { L2 = 0 }, table, Target.OfNumbers([1, 2, 2, 3, 3, 3, 0]));
        var dependence = PartialDependence.Of(fit, table, "city", 2);
        Assert.That(dependence.Values, Is.EqualTo(new[] { "c", "b" }));
        Assert.That(dependence.Predictions.Column(0), Is.EqualTo(new[] { 3d, 2 }).Within(1e-6));
    }
}
