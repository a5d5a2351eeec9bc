using MaaS.Training.Reports;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Callbacks;

/// <summary>Writes a run as event files of TensorBoard: the loss and the learning rate of steps, the metrics of epochs;
/// only on rank 0.</summary>
/// <remarks>Written by TorchSharp's own writer, which opens the file for each number: hence not every step by
/// default. A resumed run adds another file to the same folder.</remarks>
public sealed class TensorBoardCallback : TrainingCallback
{
    private readonly string _folder;
    private readonly int _everySteps;
    private SummaryWriter? _writer;

    /// <summary>Names the place.</summary>
    /// <param name="folder">Gets the event files; created at the run's start.</param>
    /// <param name="everySteps">Steps between two losses, at least 1.</param>
    public TensorBoardCallback(string folder, int everySteps = 10)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentOutOfRangeException.ThrowIfLessThan(everySteps, 1);
        (_folder, _everySteps) = (folder, everySteps);
    }

    /// <inheritdoc/>
    public override void OnRunStart(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        _writer = context.Rank == 0 ? utils.tensorboard.SummaryWriter(_folder) : null;
    }

    /// <inheritdoc/>
    public override void OnStepEnd(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Step % _everySteps == 0)
        {
            Write("step/loss", context.Loss, context.Step);
            Write("step/learning rate", context.LearningRate, context.Step);
        }
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingContext context, EpochResult epoch)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(epoch);
        foreach (var (name, value) in epoch.TrainMetrics)
        {
            Write($"train/{name}", value, context.Step);
        }

        foreach (var (name, value) in epoch.ValidationMetrics)
        {
            Write($"validation/{name}", value, context.Step);
        }
    }

    private void Write(string tag, double value, long step) => _writer?.add_scalar(tag, (float)value, (int)step);
}
