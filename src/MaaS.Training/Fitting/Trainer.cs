using System.Diagnostics;
using MaaS.Training.Data;
using MaaS.Training.Reports;
using MaaS.Training.Startup;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting;

/// <summary>Trains a classifier: mini-batches, an optimizer, a schedule, validation, checkpoints.</summary>
/// <remarks>
/// The same seed, device, threads and workers give bit-equal weights on the same machine. Not thread-safe; the model
/// must not be used elsewhere meanwhile.
/// </remarks>
public sealed class Trainer
{
    private readonly TrainerOptions _options;

    /// <summary>Checks the options.</summary>
    /// <param name="options">How to train; null for the defaults.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public Trainer(TrainerOptions? options = null)
    {
        _options = options ?? new TrainerOptions();
        _options.Validate();
    }

    /// <summary>Trains a model in place; it is in evaluation mode and on the chosen device afterwards.</summary>
    /// <param name="model">Takes (B, …) float32 and returns logits (B, classes).</param>
    /// <param name="train">What to learn from.</param>
    /// <param name="validation">
    /// What to measure after each epoch; null for <see cref="TrainerOptions.ValidationFraction"/> of
    /// <paramref name="train"/>, which must be an <see cref="ImageDataset"/> then.
    /// </param>
    /// <param name="progress">Called on this thread, about ten times a second and after each epoch.</param>
    /// <param name="cancellationToken">Checked before each step; the model keeps the weights of the last complete
    /// step.</param>
    /// <exception cref="OperationCanceledException">Cancelled; the checkpoint on disk is that of the last complete
    /// epoch.</exception>
    /// <exception cref="DivergedException">The loss became infinite or not a number.</exception>
    /// <exception cref="InvalidOperationException">The device does not exist.</exception>
    public TrainingResult Fit(
        nn.Module<Tensor, Tensor> model, IBatchSource train, IBatchSource? validation = null,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(train);
        if (_options.EarlyStoppingPatience is not null && validation is null && _options.ValidationFraction == 0)
        {
            throw new ArgumentException(
                "EarlyStoppingPatience: expected a validation set or a ValidationFraction, got neither.",
                nameof(validation));
        }

        TorchRuntime.Ensure();
        var device = DeviceChoice.Resolve(_options.Device);
        if (validation is null && _options.ValidationFraction > 0)
        {
            if (train is not ImageDataset images)
            {
                throw new ArgumentException(
                    $"ValidationFraction: expected an ImageDataset to split, got {train.GetType().Name}; pass a "
                        + "validation set.",
                    nameof(train));
            }

            var (learned, held) = images.Split(_options.ValidationFraction, _options.Seed);
            using (learned)
            using (held)
            {
                return Run(model, learned, held, device, progress, cancellationToken);
            }
        }

        return Run(model, train, validation, device, progress, cancellationToken);
    }

    private TrainingResult Run(
        nn.Module<Tensor, Tensor> model, IBatchSource train, IBatchSource? validation, Device device,
        IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        using var run = new TrainingRun(model, train, _options, device, progress);
        using var best = new BestWeights(model, keep: _options.EarlyStoppingPatience is not null);
        List<EpochResult> epochs = [.. run.Resume(best)];
        bool StoppedEarly() => epochs.Count - best.Epoch >= _options.EarlyStoppingPatience;
        while (epochs.Count < _options.Epochs && !StoppedEarly())
        {
            var epoch = run.Epoch(epochs.Count + 1, cancellationToken);
            if (validation is not null)
            {
                var report = run.Evaluate(validation, cancellationToken);
                epoch = epoch with { ValidationLoss = report.Loss, ValidationAccuracy = report.Accuracy };
            }

            epochs.Add(epoch);
            best.Offer(epoch);
            run.Complete(epoch, epochs, best);
        }

        best.Restore();
        return new TrainingResult(
            epochs, best.Epoch, StoppedEarly(), Stopwatch.GetElapsedTime(started).TotalSeconds, run.Plan);
    }
}
