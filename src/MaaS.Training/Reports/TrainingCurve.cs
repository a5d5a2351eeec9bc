using System.Net;
using MaaS.Primitives.Display;
using static System.FormattableString;

namespace MaaS.Training.Reports;

/// <summary>Training as a picture that grows: where it stands, and loss and accuracy by epoch.</summary>
/// <remarks>
/// In a notebook, whose output it replaces as training goes on:
/// <code>
/// var curve = new TrainingCurve();
/// var picture = KernelInvocationContext.Current.Display(curve);
/// curve.Changed += (_, _) => picture.Update(curve);
/// </code>
/// Not thread-safe: the trainer reports on the thread that trains.
/// </remarks>
[TypeFormatterSource]
public sealed class TrainingCurve : IProgress<TrainingProgress>, IHtmlDisplay
{
    private const int Width = 400;

    private readonly List<EpochResult> _epochs = [];
    private TrainingProgress? _last;

    /// <summary>After each report, about ten times a second; raised on the thread that trains.</summary>
    public event EventHandler? Changed;

    /// <summary>The completed epochs.</summary>
    public IReadOnlyList<EpochResult> Epochs => _epochs;

    /// <inheritdoc/>
    public void Report(TrainingProgress value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _last = value;
        if (value.Completed is { } epoch)
        {
            _epochs.Add(epoch);
        }

        Changed?.Invoke(this, EventArgs.Empty);
    }

    /// <summary>Where training stands, and from the first epoch on the charts of loss and accuracy.</summary>
    public string ToHtml()
    {
        var status = $"<div>{WebUtility.HtmlEncode(Status)}</div>";
        return _epochs.Count == 0 ? status : status
            + Figure("loss", EpochChart.Loss(_epochs)) + Figure("accuracy", EpochChart.Accuracy(_epochs));
    }

    // Side by side where there is room.
    private static string Figure(string title, string svg)
        => $"<div style=\"display:inline-block;max-width:100%;margin-top:8px\"><b>{title}</b><br/>"
            + $"{HtmlImage.RenderSvg(svg, Width, $"{title} by epoch")}</div>";

    /// <summary>Where training stands, then a line an epoch.</summary>
    public override string ToString() => _epochs.Count == 0 ? Status : Status + "\n" + TextTable.Render(
    [
        ["epoch", "loss", "accuracy", "validation loss", "validation accuracy", "s"],
        .. _epochs.Select(static e => new[]
        {
            Invariant($"{e.Epoch}"), Ratio(e.TrainLoss), Ratio(e.TrainAccuracy), Ratio(e.ValidationLoss),
            Ratio(e.ValidationAccuracy),
            Invariant($"{e.Seconds:0.0}"),
        }),
    ], 1);

    private string Status => _last switch
    {
        null => "not started",
        { Completed: not null } when _last.Epoch == _last.Epochs
            => Invariant($"{_epochs.Count} epochs in {_epochs.Sum(static e => e.Seconds):0.0} s"),
        _ => Invariant(
            $"epoch {_last.Epoch}/{_last.Epochs}, {100 * _last.Sample / Math.Max(1, _last.Samples)} %: ")
            + Invariant(
                $"loss {_last.Loss:0.0000}, accuracy {_last.Accuracy:0.0000}, {_last.SamplesPerSecond:0} samples/s"),
    };

    private static string Ratio(double? value) => value is { } number ? Invariant($"{number:0.0000}") : "";
}
