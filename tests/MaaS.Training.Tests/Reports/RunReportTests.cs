using System.Xml.Linq;
using MaaS.Training.Reports;

namespace MaaS.Training.Tests.Reports;

public sealed class RunReportTests
{
    private static readonly float[] Probabilities = [0.9f, 0.1f, 0.2f, 0.8f, 0.3f, 0.7f, 0.6f, 0.4f];
    private static readonly int[] Targets = [0, 1, 0, 1];

    private static readonly RunReport Whole = new()
    {
        Title = "<b> & co",
        Epochs = [new(1, 0.1, 0.5, 0.7, 0.6, 0.65, 1), new(2, 0.05, double.NaN, 0.9, 0.4, 0.85, 1)],
        Points = [new(0.5, 0.7, 0.1, 90), new(1, 0.5, 0.1, 100), new(2, 0.3, 0.05, 110)],
        Classified =
        [
            new("network", ["ham", "spam"], Probabilities, Targets, "spam", static i => SampleView.OfText(
                $"mail <{i}>")),
            new("base<line", ["ham", "spam"], Probabilities, Targets, "spam"),
        ],
        Regressed = [new("line", [1, 2, 4], [1, 2, 3])],
        Facts = [("data", "a < b")],
        Command = "maas train --label 'a b'",
    };

    [Test]
    public void ToHtml_EverythingThere_IsWellFormedAndEscaped()
    {
        var document = Body(Whole);
        Assert.That(document.Descendants("h1").Single().Value, Is.EqualTo("<b> & co"));
        Assert.That(
            document.Descendants("figcaption").Select(static c => c.Value.Split(':', ' ')[0]),
            Is.EqualTo(new[]
            {
                "Loss", "Accuracy", "Learning", "Throughput", "Confusion", "Confusion", "Precision", "ROC",
                "Calibration",
                "Calibration", "Predicted", "Residuals",
            }));
        Assert.That(document.Descendants("pre").Single().Value, Is.EqualTo("maas train --label 'a b'"));
        Assert.That(document.Root!.Value, Does.Contain("base<line").And.Contains("a < b").And.Not.Contains("NaN"));
    }

    [Test]
    public void ToHtml_Mistakes_ShowTheWorstFirst()
    {
        var cards = Body(Whole).Descendants("div").Where(static d => (string?)d.Attribute("class") == "card").ToArray();
        Assert.That(
            cards.Select(static c => c.Value),
            Is.EqualTo(new[] { "hamtaken for spam, 0.700mail <2>", "spamtaken for ham, 0.600mail <3>" }));
    }

    [Test]
    public void ToHtml_Pictures_StandInThePage()
    {
        var page = (Whole with
        {
            Classified = [
                new("net", ["a", "b"], Probabilities, Targets, view: static _ => SampleView.OfPixels(
                    new byte[12], 3, 2, 2)),
            ],
        }).ToHtml();
        Assert.That(page, Does.Contain("src=\"data:image/png;base64,").And.Contains("cards pictures"));
    }

    [Test]
    public void ToHtml_Page_LoadsNothingFromElsewhere()
    {
        var page = Whole.ToHtml();
        Assert.That(page.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal), Does.Not.Contain("http"));
        Assert.That(
            page, Does.Not.Contain("<script").And.Not.Contains("url(").And.Contains("prefers-color-scheme: dark"));
    }

    [Test]
    public void ToHtml_NothingButATitle_IsAPage()
        => Assert.That(Body(new RunReport { Title = "empty" }).Descendants("figure"), Is.Empty);

    [Test]
    public void Save_Path_HoldsThePage()
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():n}.html");
        try
        {
            Whole.Save(path);
            Assert.That(File.ReadAllText(path), Is.EqualTo(Whole.ToHtml()));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void RegressedSamples_ThreeValues_HaveTheFiguresOfTheFormulas()
    {
        var samples = new RegressedSamples("line", [1, 2, 4], [1, 2, 3]);
        Assert.That(samples.RSquared, Is.EqualTo(0.5).Within(1e-12), "1 − 1/2");
        Assert.That(samples.MeanAbsoluteError, Is.EqualTo(1 / 3.0).Within(1e-12));
        Assert.That(samples.RootMeanSquaredError, Is.EqualTo(Math.Sqrt(1 / 3.0)).Within(1e-12));
        Assert.That(() => new RegressedSamples("line", [double.NaN], [1]), Throws.ArgumentException);
    }

    [Test]
    public void RunRecorder_Reports_TellsTheSpeedBetweenThem()
    {
        var recorder = new RunRecorder();
        recorder.Report(new TrainingProgress(1, 2, 100, 400, 0.9, 0.5, 100));
        recorder.Report(new TrainingProgress(1, 2, 300, 400, 0.7, 0.5, 150) { LearningRate = 0.01 });
        recorder.Report(
            new TrainingProgress(1, 2, 400, 400, 0.6, 0.5, 160, new EpochResult(1, 0.02, 0.6, 0.5, null, null, 2.5)));
        Assert.That(recorder.Epochs, Has.Count.EqualTo(1));
        Assert.That(recorder.Points.Select(static p => p.Epochs), Is.EqualTo(new[] { 0.25, 0.75, 1 }));
        Assert.That(
            recorder.Points.Select(static p => p.SamplesPerSecond),
            Is.EqualTo(new double[] { 100, 200, 200 }).Within(1e-9));
        Assert.That(recorder.Points.Select(static p => p.LearningRate), Is.EqualTo(new double?[] { null, 0.01, 0.02 }));
    }

    [Test]
    public void RunRecorder_LongRun_KeepsFewPoints()
    {
        var recorder = new RunRecorder();
        for (var i = 1; i <= 10_000; i++)
        {
            recorder.Report(new TrainingProgress(1, 1, i, 10_000, 1, 0.5, 100));
        }

        Assert.That(recorder.Points, Has.Count.InRange(300, 600));
        Assert.That(recorder.Points.Select(static p => p.Epochs), Is.Ordered);
    }

    private static XDocument Body(RunReport report)
    {
        var page = report.ToHtml();
        return XDocument.Parse(
            page[page.IndexOf("<body>", StringComparison.Ordinal)..page.IndexOf("</html>", StringComparison.Ordinal)]);
    }
}
