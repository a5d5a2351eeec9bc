using System.Text.Json;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Selection.Selectors;

namespace MaaS.Tabular.Tests.Selection.Selectors;

/// <summary>Mutual information of equal numbers beside scikit-learn's: Fixtures/make_ties.py.</summary>
public sealed class MutualInformationTests
{
    private static readonly JsonElement Fixture = JsonDocument.Parse(File.ReadAllText(
        Path.Combine(AppContext.BaseDirectory, "Selection/Selectors/Fixtures/ties.json"))).RootElement;

    [TestCase(0u)]
    [TestCase(7u)]
    [TestCase(uint.MaxValue)]
    public void Next_OfASeed_IsNumpys(uint seed)
    {
        var normals = new LegacyNormals(seed);
        foreach (var expected in Numbers(Fixture.GetProperty("normals").GetProperty($"{seed}")))
        {
            Assert.That(normals.Next(), Is.EqualTo(expected).Within(2).Ulps);
        }
    }

    [TestCase("digits", 0, 3)]
    [TestCase("digits", 7, 5)]
    [TestCase("diabetes", 0, 3)]
    [TestCase("diabetes", 0, 5)]
    [TestCase("diabetes", 7, 3)]
    public void Scores_OfEqualNumbers_AreScikitLearnsOfTheSameSeed(string data, int seed, int neighbors)
    {
        var fixture = Fixture.GetProperty(data);
        double[][] rows = [.. fixture.GetProperty("x").EnumerateArray().Select(Numbers)];
        var y = Numbers(fixture.GetProperty("y"));
        var target = data == "digits"
            ? Target.OfClasses(
                Array.ConvertAll(y, static v => (int)v), [.. Enumerable.Range(0, 10).Select(i => $"{i}")])
            : Target.OfNumbers(y);
        var selector = new UnivariateSelector { Neighbors = neighbors, Seed = seed };

        Assert.That(
            selector.Scores(new Matrix(rows.Length, rows[0].Length, [.. rows.SelectMany(static r => r)]), target),
            Is.EqualTo(Numbers(fixture.GetProperty("scores").GetProperty($"{seed} {neighbors}"))).Within(1e-9));
    }

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(static v => v.GetDouble())];
}
