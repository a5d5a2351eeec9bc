using System.Globalization;
using static System.FormattableString;

namespace MaaS.Training.Reports;

/// <summary>Shows training as a bar on a terminal and as one line an epoch elsewhere.</summary>
/// <param name="output">Where to write.</param>
/// <param name="interactive">Whether <paramref name="output"/> is a terminal that understands a carriage
/// return.</param>
public sealed class ConsoleProgress(TextWriter output, bool interactive) : IProgress<TrainingProgress>
{
    private const int BarWidth = 24;
    private const string LossName = "loss", AccuracyName = "accuracy";
    private int _width;

    /// <summary>Writes to standard output; a bar unless it is redirected.</summary>
    public ConsoleProgress()
        : this(Console.Out, !Console.IsOutputRedirected)
    {
    }

    /// <inheritdoc/>
    public void Report(TrainingProgress value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Warning is { } warning)
        {
            Write($"warning: {warning}", end: true);
        }
        else if (value.Completed is { } epoch)
        {
            var validation = epoch.ValidationLoss is { } loss
                ? Invariant($"  validation loss {loss:0.0000}")
                    + Measures(epoch.ValidationAccuracy, epoch.ValidationMetrics)
                : "";
            Write(
                Invariant($"epoch {epoch.Epoch}/{value.Epochs}  loss {epoch.TrainLoss:0.0000}")
                + Measures(epoch.TrainAccuracy, epoch.TrainMetrics)
                + Invariant($"{validation}  {epoch.Seconds:0.0} s") + Reading(value), end: true);
        }
        else if (interactive)
        {
            Write(
                Invariant($"epoch {value.Epoch}/{value.Epochs}  {Bar(value)}  loss {value.Loss:0.0000}")
                + Measures(value.Accuracy, value.Metrics)
                + Invariant($"  {value.SamplesPerSecond:0} samples/s") + Reading(value) + Machine(value), end: false);
        }
    }

    // Where only reading tells how many samples there are, their count stands in the bar's place.
    private static string Bar(TrainingProgress value)
    {
        if (value.Samples == 0)
        {
            return Invariant($"{value.Sample} samples");
        }

        var done = (int)(BarWidth * Math.Min(value.Sample, value.Samples) / value.Samples);
        return $"{new string('█', done)}{new string('░', BarWidth - done)}";
    }

    private static string Measures(double? accuracy, IReadOnlyDictionary<string, double> metrics)
        => (accuracy is { } share && !double.IsNaN(share) ? Invariant($" {AccuracyName} {share:0.0000}") : "")
            + string.Concat(metrics.Where(static m => m.Key is not (LossName or AccuracyName))
                .Select(static m => Invariant($" {m.Key} {m.Value:0.0000}")));

    private static string Reading(TrainingProgress value)
        => value is { ReadSamplesPerSecond: { } rate, WaitShare: { } share }
            ? Invariant($"  read {rate:0}/s, waited {100 * share:0} %") : "";

    private static string Machine(TrainingProgress value)
        => (value.Memory > 0 ? Invariant($"  {value.Memory / 1e9:0.0} GB") : "")
            + (value.Remaining is { } time ? $"  {Time(time)} left" : "");

    private static string Time(TimeSpan time)
        => time.TotalHours >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time:mm\\:ss}")
            : time.ToString(@"m\:ss", CultureInfo.InvariantCulture);

    private void Write(string text, bool end)
    {
        if (!interactive)
        {
            output.WriteLine(text);
            return;
        }

        output.Write($"\r{text.PadRight(_width)}{(end ? Environment.NewLine : "")}");
        _width = end ? 0 : text.Length;
        output.Flush();
    }
}
