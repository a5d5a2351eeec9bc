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
}
