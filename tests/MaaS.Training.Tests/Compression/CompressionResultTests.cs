using System.Globalization;
using System.Xml.Linq;
using MaaS.Training.Compression;

namespace MaaS.Training.Tests.Compression;

/// <summary>Front and choice of four points set by hand.</summary>
internal sealed class CompressionResultTests
{
    private static readonly CompressionPoint[] Points =
    [
        new("original", [], 0.990, 10, 4000),
        new("slow", ["a"], 0.985, 12, 3000),
        new("beaten", ["b"], 0.980, 5, 3000),
        new("half", ["c"], 0.985, 5, 2000),
        new("tiny", ["d"], 0.950, 2, 1000),
    ];

    [Test]
    public void Of_FrontIsWhatNoOtherBeats()
        => Assert.That(
            Result(new CompressionBudget()).Front.Select(static p => p.Name),
            Is.EqualTo(new[] { "original", "half", "tiny" }));

    [TestCase(0.005, null, null, "half")]
    [TestCase(0.001, null, null, "original")]
    [TestCase(0.1, null, null, "tiny")]
    [TestCase(null, 2.0, null, "half", Description = "the most accurate that is twice as fast")]
    [TestCase(null, null, 1500L, "tiny")]
    public void Of_Budget_ChoosesThePointWithinIt(double? drop, double? speedup, long? bytes, string expected)
    {
        var result = Result(new CompressionBudget { MaxAccuracyDrop = drop, MinSpeedup = speedup, MaxBytes = bytes });
        Assert.That(result.Best?.Name, Is.EqualTo(expected));
        Assert.That(result.Verdict, Does.StartWith("within").And.Contain(expected));
    }

    [Test]
    public void Of_BudgetThatNothingMeets_NamesTheNearestPoint()
    {
        var result = Result(new CompressionBudget { MaxAccuracyDrop = 0.004, MinSpeedup = 2 });
        Assert.That(result.Best, Is.Null);
        Assert.That(
            result.Verdict,
            Does.StartWith(
                "nothing is within at most 0.0040 of accuracy lost, at least 2.00 times as fast; the nearest is half"));
    }

    [Test]
    public void ToHtml_EveryPoint_StandsInTableAndPictures()
    {
        var html = Result(new CompressionBudget()).ToHtml();
        var svg = html[html.IndexOf("<svg", StringComparison.Ordinal)..(html.IndexOf("</svg>", StringComparison.Ordinal)
            + 6)];
        XNamespace names = "http://www.w3.org/2000/svg";
        var circles = XDocument.Parse(svg).Descendants(names + "circle").ToArray();
        Assert.That(circles, Has.Length.EqualTo(5));

        // Latency 10 of 0…12.6 (5% beyond the slowest) on an axis from 52 to 384.
        var across = circles.Select(static c => double.Parse(c.Attribute("cx")!.Value, CultureInfo.InvariantCulture))
            .ToArray();
        Assert.That(across, Has.One.EqualTo(52 + (332 * 10 / 12.6)).Within(0.1));
        foreach (var point in Points)
        {
            Assert.That(html, Does.Contain($"<td>{point.Name}</td><td>{point.Accuracy:0.0000}</td>"));
        }

        Assert.That(html, Does.Contain("width=device-width").And.Not.Contain("<script"));
    }

    private static CompressionResult Result(CompressionBudget budget)
        => CompressionResult.Of(
            new CompressorOptions { Budget = budget }, Points, [], "a machine", validationSamples: 200);
}
