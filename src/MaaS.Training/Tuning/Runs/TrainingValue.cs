using MaaS.Training.Fitting;
using MaaS.Training.Reports;

namespace MaaS.Training.Tuning.Runs;

/// <summary>What a training run is worth to a study.</summary>
public static class TrainingValue
{
    /// <summary>The validation metric of the weights that a run leaves: those of the best epoch where the options
    /// restore them, else of the last.</summary>
    /// <param name="result">Of a run that was not resumed after its end.</param>
    /// <param name="options">With which it ran.</param>
    /// <param name="metric"><c>loss</c> or what the task measures.</param>
    /// <returns>Not a number where training came to none.</returns>
    /// <exception cref="ArgumentException">There was no validation set, or it has no such metric.</exception>
    public static double Of(TrainingResult result, TrainerOptions options, string metric)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(options);
        var restored = options.EarlyStoppingPatience is not null || options.RestoreBest;
        return Of(
            restored && result.BestEpoch > 0
                ? result.Epochs.First(e => e.Epoch == result.BestEpoch) : result.Epochs[^1],
            metric);
    }

    /// <summary>The validation metric of an epoch.</summary>
    /// <inheritdoc cref="Of(TrainingResult, TrainerOptions, string)"/>
    public static double Of(EpochResult epoch, string metric)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        return epoch.ValidationMetrics.TryGetValue(metric, out var value) ? value : throw new ArgumentException(
            epoch.ValidationMetrics.Count == 0
                ? "tuning: expected a validation set to choose by; set ValidationFraction or give one."
                : "tuning: expected one of the validation metrics "
                    + $"[{string.Join(", ", epoch.ValidationMetrics.Keys)}], got '{metric}'.",
            nameof(metric));
    }
}
