using static System.FormattableString;

namespace MaaS.Training.Reports;

/// <summary>Shows training as a bar on a terminal and as one line an epoch elsewhere.</summary>
/// <param name="output">Where to write.</param>
/// <param name="interactive">Whether <paramref name="output"/> is a terminal that understands a carriage
/// return.</param>
public sealed class ConsoleProgress(TextWriter output, bool interactive) : IProgress<TrainingProgress>
{
    private const int BarWidth = 24;
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
        if (value.Completed is { } epoch)
        {
            var validation = epoch.ValidationLoss is { } loss
                ? Invariant($"  validation loss {loss:0.0000} accuracy {epoch.ValidationAccuracy:0.0000}")
                : "";
            Write(
                Invariant(
                    $"epoch {epoch.Epoch}/{value.Epochs}  loss {epoch.TrainLoss:0.0000} ")
                + Invariant($"accuracy {epoch.TrainAccuracy:0.0000}")
                + Invariant($"{validation}  {epoch.Seconds:0.0} s"), end: true);
        }
        else if (interactive)
        {
            var done = (int)(BarWidth * value.Sample / Math.Max(1, value.Samples));
            Write(
                Invariant(
                    $"epoch {value.Epoch}/{value.Epochs}  {new string('█', done)}{new string('░', BarWidth - done)}  ")
                + Invariant($"loss {value.Loss:0.0000} accuracy {value.Accuracy:0.0000}  ")
                + Invariant($"{value.SamplesPerSecond:0} samples/s"), end: false);
        }
    }

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
