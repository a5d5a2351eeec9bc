using System.Globalization;
using MaaS.Registry.Runs;
using MaaS.Training.Reports;

namespace MaaS.Training.Fitting.Callbacks;

/// <summary>Writes a training into a run of the registry: what it depends on, a fingerprint of its data, the loss and
/// the learning rate of steps, the metrics of epochs, warnings; only on rank 0.</summary>
/// <remarks>The run itself is ended by whoever started it: only they know whether what comes after training went
/// well.</remarks>
public sealed class RunLogCallback : TrainingCallback
{
    private readonly RunLog _run;
    private readonly int _everySteps;
    private int _warnings;

    /// <summary>Names the run.</summary>
    /// <param name="run">Written to, not ended.</param>
    /// <param name="everySteps">Steps between two losses, at least 1.</param>
    public RunLogCallback(RunLog run, int everySteps = 10)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentOutOfRangeException.ThrowIfLessThan(everySteps, 1);
        (_run, _everySteps) = (run, everySteps);
    }

    /// <inheritdoc/>
    public override void OnRunStart(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Rank > 0)
        {
            return;
        }

        foreach (var (name, value) in context.Parameters.Concat(context.Circumstances))
        {
            _run.Parameter($"training/{name}", value);
        }

        _run.Parameter(
            "model",
            $"{context.Model.GetName()}, {context.Weights.Values.Sum(static w => w.NumberOfElements)} weights");
        _run.Data("fingerprint", context.DataFingerprint);
    }

    /// <inheritdoc/>
    public override void OnStepEnd(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Rank == 0 && context.Step % _everySteps == 0)
        {
            _run.Metric("step/loss", context.Step, context.Loss);
            _run.Metric("step/learning rate", context.Step, context.LearningRate);
        }
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingContext context, EpochResult epoch)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(epoch);
        if (context.Rank > 0)
        {
            return;
        }

        foreach (var (part, metrics) in new[]
        {
            ("train", epoch.TrainMetrics), ("validation", epoch.ValidationMetrics),
        })
        {
            foreach (var (name, value) in metrics)
            {
                _run.Metric($"{part}/{name}", context.Step, value);
            }
        }
    }

    /// <inheritdoc/>
    public override void OnWarning(TrainingContext context, string message)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Rank == 0)
        {
            _run.Tag(string.Create(CultureInfo.InvariantCulture, $"warning {++_warnings}"), message);
        }
    }
}
