using MaaS.Core.Metrics;
using MaaS.Primitives.Pages;
using static System.FormattableString;

namespace MaaS.Training.Reports;

/// <summary>The pictures of a <see cref="RunReport"/>.</summary>
internal static class RunFigures
{
    private const int MostLines = 3, FewClasses = 5;

    public static IReadOnlyList<ReportFigure> Training(RunReport report)
    {
        List<ReportFigure> figures = [new("Loss", EpochChart.Loss(report.Epochs))];
        if (report.Epochs.Any(static e => double.IsFinite(e.TrainAccuracy)))
        {
            figures.Add(new("Accuracy", EpochChart.Accuracy(report.Epochs)));
        }

        var rates = report.Points.Where(static p => p.LearningRate is not null)
            .Select(static p => (p.Epochs, p.LearningRate!.Value)).ToArray();
        if (rates.Length > 0)
        {
            figures.Add(new("Learning rate", LineChart.Draw("epoch", "learning rate", [new("rate", rates)], least: 0)));
        }

        if (report.Points.Count > 0)
        {
            (double, double)[] speeds = [.. report.Points.Select(static p => (p.Epochs, p.SamplesPerSecond))];
            figures.Add(
                new(
                    "Throughput", LineChart.Draw("epoch", "samples a second", [new("speed", speeds)],
                    least: 0), "samples a second"));
        }

        return figures;
    }

    public static IReadOnlyList<ReportFigure> Classification(IReadOnlyList<ClassifiedSamples> classified)
    {
        List<ReportFigure> figures = [];
        foreach (var samples in classified)
        {
            figures.Add(
                new(
                    $"Confusion: {samples.Evaluation.Name}", samples.Evaluation.Report.ConfusionMatrix.ToHtml(),
                    Broad: samples.Classes.Count > FewClasses));
        }

        var curves = Curves(classified);
        var detail = classified[0].Evaluation.Positive ?? "the worst classes, each against the others";
        if (curves.Count > 0)
        {
            figures.Add(new(
                "Precision by recall", LineChart.Draw("recall", "precision", [
                    .. curves.Select(static c => new LineChart.Line(
                        c.Name, [.. PrecisionRecallCurve.Binary(c.Scores, c.Actual).Select(
                            static p => (p.Recall, p.Precision))]))], least: 0), detail));
            figures.Add(new(
                "ROC: hits by false alarms", LineChart.Draw("false positive rate", "true positive rate", [
                    .. curves.Select(static c => new LineChart.Line(
                        c.Name, [.. RocCurve.Binary(c.Scores, c.Actual).Select(
                            static p => (p.FalsePositiveRate, p.TruePositiveRate))]))]), detail));
        }

        foreach (var samples in classified)
        {
            figures.Add(new(
                $"Calibration: {samples.Evaluation.Name}", ReliabilityChart.Draw(samples.Calibration),
                Invariant($"expected error {samples.Calibration.ExpectedError:0.0000}")));
        }

        return figures;
    }

    public static IReadOnlyList<ReportFigure> Regression(IReadOnlyList<RegressedSamples> regressed)
    {
        List<ReportFigure> figures = [];
        foreach (var samples in regressed)
        {
            (double, double)[] pairs = [.. samples.Actual.Zip(samples.Predicted)];
            (double, double)[] residuals = [.. samples.Predicted.Zip(samples.Actual, static (p, a) => (p, a - p))];
            figures.Add(new($"Predicted by true value: {samples.Name}", ScatterChart.Draw(
                "true value", "predicted value", pairs, static x => x)));
            figures.Add(new($"Residuals: {samples.Name}", ScatterChart.Draw(
                "predicted value", "true value − predicted value", residuals, static _ => 0), "true − predicted"));
        }

        return figures;
    }

    // The network and what it is compared with on one class; or the network alone on several.
    private static List<(string Name, float[] Scores, int[] Actual)> Curves(IReadOnlyList<ClassifiedSamples> classified)
    {
        var classes = classified[0].Interesting(MostLines);
        var pairs = classes.Count == 1
            ? classified.Take(MostLines).Select(c => (c.Evaluation.Name, Samples: c, Class: classes[0]))
            : classes.Select(c => (Name: classified[0].Classes[c], Samples: classified[0], Class: c));
        List<(string, float[], int[])> curves = [];
        foreach (var (name, samples, index) in pairs)
        {
            var (scores, actual) = samples.OneAgainstRest(index);
            if (actual.Contains(0) && actual.Contains(1))
            {
                curves.Add((name, scores, actual));
            }
        }

        return curves;
    }
}
