using MaaS.Training.Fitting.Callbacks;
using MaaS.Training.Reports;

namespace MaaS.Training.Tuning.Runs;

/// <summary>Reports a run's validation metric to its trial after each epoch, and ends the run where the pruner says
/// so.</summary>
/// <param name="trial">What the run is for.</param>
/// <param name="metric">As the study's first objective means it: <c>loss</c> or what the task measures.</param>
/// <example><code>
/// study.OptimizeAsync((trial, token) =>
/// {
///     var options = new TrainerOptions
///     {
///         LearningRate = trial.Float("learning-rate"), ValidationFraction = 0.1,
///         Callbacks = [new TrialCallback(trial, "loss")],
///     };
///     var result = new Trainer(options).Fit(Network(), data, null, null, token);
///     return Task.FromResult(TrainingValue.Of(result, options, "loss"));
/// }, new OptimizeOptions { Trials = 50 });
/// </code></example>
public sealed class TrialCallback(Trial trial, string metric) : TrainingCallback
{
    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingContext context, EpochResult epoch)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(epoch);

        // Callbacks run on the thread that trains, which waits for the store's answer.
        if (trial.ReportAsync(epoch.Epoch, TrainingValue.Of(epoch, metric)).GetAwaiter().GetResult())
        {
            context.Stop();
        }
    }
}
