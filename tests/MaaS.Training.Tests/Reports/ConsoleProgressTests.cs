using MaaS.Training.Reports;

namespace MaaS.Training.Tests.Reports;

internal sealed class ConsoleProgressTests
{
    private static readonly EpochResult Epoch = new(1, 0.001, 0.5, 0.75, 0.25, 0.875, 12.34);

    private static string Show(bool interactive)
    {
        using var output = new StringWriter { NewLine = "\n" };
        var progress = new ConsoleProgress(output, interactive);
        progress.Report(new TrainingProgress(1, 3, 50, 100, 0.6, 0.7, 1000));
        progress.Report(new TrainingProgress(1, 3, 100, 100, 0.5, 0.75, 1000, Epoch));
        return output.ToString();
    }

    [Test]
    public void Report_NoTerminal_WritesOneLineAnEpoch()
        => Assert.That(
            Show(interactive: false),
            Is.EqualTo("epoch 1/3  loss 0.5000 accuracy 0.7500  validation loss 0.2500 accuracy 0.8750  12.3 s\n"));

    [Test]
    public void Report_Terminal_OverwritesTheBar()
    {
        var shown = Show(interactive: true).Split('\r');
        Assert.Multiple(() =>
        {
            Assert.That(shown[1], Does.Contain("████████████░░░░░░░░░░░░").And.Contains("1000 samples/s"));
            Assert.That(shown[2].TrimEnd(), Does.StartWith("epoch 1/3  loss 0.5000"));
            Assert.That(shown[2].TrimEnd('\n', '\r').Length, Is.GreaterThanOrEqualTo(shown[1].Length));
        });
    }

    [Test]
    public void Report_TerminalWithEverything_ShowsRateMemoryAndTimeLeft()
    {
        using var output = new StringWriter();
        new ConsoleProgress(output, interactive: true).Report(new TrainingProgress(2, 3, 50, 0, 0.6, double.NaN, 1000)
        {
            Metrics = new Dictionary<string, double> { ["loss"] = 0.6, ["perplexity"] = 12.5 },
            Memory = 1_500_000_000,
            Remaining = TimeSpan.FromSeconds(3723),
        });
        Assert.That(
            output.ToString().Trim(),
            Is.EqualTo("epoch 2/3  50 samples  loss 0.6000 perplexity 12.5000  1000 samples/s  1.5 GB  1:02:03 left"));
    }

    [Test]
    public void Report_OfAMeasuredSource_ShowsItsRateAndTheWaiting()
    {
        using var output = new StringWriter { NewLine = "\n" };
        new ConsoleProgress(output, interactive: false).Report(new TrainingProgress(1, 3, 100, 100, 0.5, 0.75, 8, Epoch)
        {
            ReadSamplesPerSecond = 412.4,
            WaitShare = 0.126,
        });
        Assert.That(output.ToString(), Does.EndWith("  12.3 s  read 412/s, waited 13 %\n"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Report_Warning_IsALineOfItsOwn(bool interactive)
    {
        using var output = new StringWriter { NewLine = "\n" };
        new ConsoleProgress(output, interactive)
            .Report(new TrainingProgress(1, 3, 0, 0, 0, 0, 0) { Warning = "the disk is full" });
        Assert.That(output.ToString().Trim('\r', '\n'), Is.EqualTo("warning: the disk is full"));
    }

    [Test]
    public void Report_EpochOfATaskWithoutAccuracy_ShowsItsMetrics()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var epoch = new EpochResult(1, 0.001, 0.5, double.NaN, 0.25, null, 2)
        {
            TrainMetrics = new Dictionary<string, double> { ["loss"] = 0.5 },
            ValidationMetrics = new Dictionary<string, double> { ["loss"] = 0.25, ["r2"] = 0.9 },
        };
        new ConsoleProgress(output, interactive: false)
            .Report(new TrainingProgress(1, 1, 9, 9, 0.5, double.NaN, 3, epoch));
        Assert.That(output.ToString(), Is.EqualTo("epoch 1/1  loss 0.5000  validation loss 0.2500 r2 0.9000  2.0 s\n"));
    }
}
