namespace MaaS.Training.Reports;

/// <summary>How training went, as lines over its epochs.</summary>
internal static class EpochChart
{
    /// <summary>Mean loss of each epoch, of the training and, where there is one, of the validation set.</summary>
    public static string Loss(IReadOnlyList<EpochResult> epochs)
        => Draw("loss", epochs, static e => e.TrainLoss, static e => e.ValidationLoss);

    /// <summary>Likewise the share of samples classified correctly.</summary>
    public static string Accuracy(IReadOnlyList<EpochResult> epochs)
        => Draw("accuracy", epochs, static e => e.TrainAccuracy, static e => e.ValidationAccuracy);

    private static string Draw(
        string up,
        IReadOnlyList<EpochResult> epochs, Func<EpochResult, double> train, Func<EpochResult, double?> validation)
    {
        List<LineChart.Line> lines = [new("training", [.. epochs.Select(e => ((double)e.Epoch, train(e)))])];
        if (epochs.All(e => validation(e) is not null))
        {
            lines.Add(new("validation", [.. epochs.Select(e => ((double)e.Epoch, validation(e) ?? 0))]));
        }

        return LineChart.Draw("epoch", up, lines, leastStepAcross: 1);
    }
}
