using System.Text.Json;

namespace MaaS.Core.Tests.Metrics;

/// <summary>What Fixtures/make_metrics.py wrote.</summary>
internal static class MetricsFixture
{
    private static readonly JsonElement Root = JsonDocument.Parse(
        File.ReadAllBytes(Path.Combine(TestContext.CurrentContext.TestDirectory, "Metrics", "Fixtures", "metrics.json"))).RootElement;

    public static IEnumerable<TestCaseData> Reports => Cases("reports");

    public static IEnumerable<TestCaseData> Scores => Cases("scores");

    public static IEnumerable<TestCaseData> Binary => Cases("binary");

    public static IEnumerable<TestCaseData> Regression => Cases("regression");

    public static IEnumerable<TestCaseData> MultiLabel => Cases("multiLabel");

    public static int[] Ints(this JsonElement e, string name) => [.. e.GetProperty(name).EnumerateArray().Select(v => v.GetInt32())];

    public static double[] Doubles(this JsonElement e, string name) => [.. e.GetProperty(name).EnumerateArray().Select(v => v.GetDouble())];

    public static float[] Floats(this JsonElement e, string name) => [.. e.GetProperty(name).EnumerateArray().Select(v => v.GetSingle())];

    public static double Double(this JsonElement e, string name) => e.GetProperty(name).GetDouble();

    private static IEnumerable<TestCaseData> Cases(string family)
        => Root.GetProperty(family).EnumerateArray()
            .Select(c => new TestCaseData(c).SetArgDisplayNames(c.GetProperty("name").GetString()!));
}
