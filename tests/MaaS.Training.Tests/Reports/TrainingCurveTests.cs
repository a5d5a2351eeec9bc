using System.Text;
using System.Xml.Linq;
using MaaS.Training.Reports;

namespace MaaS.Training.Tests.Reports;

public sealed class TrainingCurveTests
{
    [Test]
    public void Report_DuringAnEpoch_TellsWhereTrainingStands()
    {
        var (curve, changes) = (new TrainingCurve(), 0);
        Assert.That(curve.ToHtml(), Is.EqualTo("<div>not started</div>"));
        curve.Changed += (_, _) => changes++;

        curve.Report(new TrainingProgress(2, 3, 50, 200, 0.5, 0.75, 1000));

        Assert.That(
            curve.ToHtml(), Is.EqualTo("<div>epoch 2/3, 25 %: loss 0.5000, accuracy 0.7500, 1000 samples/s</div>"));
        Assert.That(changes, Is.EqualTo(1));
    }

    [TestCase(1, "circle")]
    [TestCase(3, "polyline")]
    public void ToHtml_CompletedEpochs_DrawsLossAndAccuracy(int epochs, string shape)
    {
        var charts = Charts(Trained(epochs).ToHtml());
        Assert.That(charts.Select(Title), Is.EqualTo(new[] { "loss by epoch", "accuracy by epoch" }));
        foreach (var chart in charts)
        {
            var pens = chart.Elements()
                .Where(e => e.Name.LocalName == shape && !string.IsNullOrEmpty((string?)e.Attribute("points") ?? "·"));
            Assert.That(pens.Count(), Is.EqualTo(2), "training and validation");
        }
    }

    [Test]
    public void ToHtml_FewEpochs_MarksWholeEpochsOnly()
    {
        var marks = Charts(Trained(3).ToHtml())[0].Elements()
            .Where(static e => (string?)e.Attribute("text-anchor") == "middle").Select(static e => e.Value);
        Assert.That(marks, Is.EqualTo(new[] { "1", "2", "3", "epoch" }));
    }

    [Test]
    public void ToHtml_LossesThatAreNoNumbers_LeavesThemOut()
    {
        var curve = new TrainingCurve();
        curve.Report(Progress(1, 1, new EpochResult(1, 0.1, double.NaN, double.NaN, null, null, 1)));
        Assert.That(curve.ToHtml(), Does.Contain("<img"));
        Assert.That(Charts(curve.ToHtml())[0].ToString(), Does.Not.Contain("NaN"));
    }

    [Test]
    public void ToString_Completed_HasALineAnEpoch()
    {
        var text = Trained(2).ToString().Split('\n');
        Assert.That(text[0], Is.EqualTo("2 epochs in 3.0 s"));
        Assert.That(
            text[^2].Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Is.EqualTo(new[] { "2", "0.5000", "0.7500", "0.6000", "0.7000", "1.5" }));
    }

    private static TrainingCurve Trained(int epochs)
    {
        var curve = new TrainingCurve();
        for (var epoch = 1; epoch <= epochs; epoch++)
        {
            curve.Report(
                Progress(
                    epoch, epochs,
                    new EpochResult(
                        epoch, 0.001, 1.0 / epoch, 1 - (0.5 / epoch), 1.2 / epoch, 1 - (0.6 / epoch), 1.5)));
        }

        Assert.That(curve.Epochs, Has.Count.EqualTo(epochs));
        return curve;
    }

    private static TrainingProgress Progress(int epoch, int epochs, EpochResult completed)
        => new(epoch, epochs, 100, 100, completed.TrainLoss, completed.TrainAccuracy, 1000, completed);

    private static XElement[] Charts(string html)
    {
        const string Start = "data:image/svg+xml;base64,";
        return [.. XElement.Parse($"<body>{html}</body>").Descendants("img")
            .Select(static i => (string)i.Attribute("src")!)
            .Select(static s => XElement.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(s[Start.Length..]))))];
    }

    private static string Title(XElement chart)
        => chart.Elements().First(static e => e.Name.LocalName == "title").Value;
}
