using MaaS.Training.Data;
using MaaS.Training.Fitting.Loop;
using MaaS.Training.Fitting.Tasks;
using MaaS.Training.Reports;
using MaaS.Training.Startup;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting;

/// <summary>Trains modules: mini-batches, an optimizer, a schedule, validation, checkpoints.</summary>
/// <remarks>
/// The same seed, device, threads and workers give bit-equal weights on the same machine. Not thread-safe; the model
/// must not be used elsewhere meanwhile.
/// </remarks>
public sealed class Trainer
{
    // Validation batches of classifiers whose options say nothing.
    private const int ClassifierValidationBatch = 256;

    private readonly TrainerOptions _options;

    /// <summary>Checks the options.</summary>
    /// <param name="options">How to train; null for the defaults.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public Trainer(TrainerOptions? options = null)
    {
        _options = options ?? new TrainerOptions();
        _options.Validate();
    }

    /// <summary>Trains a model of any signature in place; it is in evaluation mode and on the chosen device
    /// afterwards.</summary>
    /// <param name="model">What is trained: its parameters that require gradients.</param>
    /// <param name="task">What a batch's loss is, and what is measured beside it.</param>
    /// <param name="train">What to learn from.</param>
    /// <param name="validation">What to measure after each epoch; null for nothing.</param>
    /// <param name="progress">Called on this thread, about ten times a second and after each epoch; only on rank 0 of
    /// several processes.</param>
    /// <param name="cancellationToken">Checked before each step; the model keeps the weights of the last complete
    /// step.</param>
    /// <typeparam name="TModel">A module.</typeparam>
    /// <typeparam name="TBatch">A tensor, or a tuple, record, array, list or dictionary of tensors.</typeparam>
    /// <exception cref="ArgumentException">Model, task, source and options do not fit together; the message says what
    /// was expected.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the newest checkpoint stays.</exception>
    /// <exception cref="DivergedException">The loss became infinite or not a number; the message names the
    /// batch.</exception>
    /// <exception cref="InvalidDataException">A source delivers nothing, or a checkpoint does not fit.</exception>
    /// <exception cref="InvalidOperationException">The device does not exist.</exception>
    /// <exception cref="IOException">Another run writes to the place of the checkpoints.</exception>
    public TrainingResult Fit<TModel, TBatch>(
        TModel model, TrainingTask<TModel, TBatch> task, IBatchSource<TBatch> train,
        IBatchSource<TBatch>? validation = null, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
        where TModel : nn.Module
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(train);
        TensorTree.Require(typeof(TBatch));
        RequireValidation(validation is not null);
        if (_options.ValidationFraction > 0)
        {
            throw new ArgumentException(
                $"ValidationFraction: expected 0 for a source of batches, got {_options.ValidationFraction}; pass a "
                    + "validation source.", nameof(validation));
        }

        TorchRuntime.Ensure();
        return Run(model, task, train, validation, _options, progress, cancellationToken);
    }

    /// <summary>Trains a classifier in place; it is in evaluation mode and on the chosen device afterwards.</summary>
    /// <param name="model">Takes (B, …) float32 and returns logits (B, classes).</param>
    /// <param name="train">What to learn from.</param>
    /// <param name="validation">
    /// What to measure after each epoch; null for <see cref="TrainerOptions.ValidationFraction"/> of
    /// <paramref name="train"/>, which must be an <see cref="ImageDataset"/> then.
    /// </param>
    /// <param name="progress">Called on this thread, about ten times a second and after each epoch.</param>
    /// <param name="cancellationToken">Checked before each step; the model keeps the weights of the last complete
    /// step.</param>
    /// <exception cref="OperationCanceledException">Cancelled; the newest checkpoint stays.</exception>
    /// <exception cref="DivergedException">The loss became infinite or not a number.</exception>
    /// <exception cref="InvalidOperationException">The device does not exist.</exception>
    public TrainingResult Fit(
        nn.Module<Tensor, Tensor> model, IBatchSource train, IBatchSource? validation = null,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(train);
        RequireValidation(validation is not null || _options.ValidationFraction > 0);
        TorchRuntime.Ensure();
        if (validation is not null || _options.ValidationFraction == 0)
        {
            return Classify(model, train, validation, progress, cancellationToken);
        }

        if (train is not ImageDataset images)
        {
            throw new ArgumentException(
                $"ValidationFraction: expected an ImageDataset to split, got {train.GetType().Name}; pass a validation "
                    + "set.", nameof(train));
        }

        var (learned, held) = images.Split(_options.ValidationFraction, _options.Seed);
        using (learned)
        using (held)
        {
            return Classify(model, learned, held, progress, cancellationToken);
        }
    }

    /// <summary>Loss and metrics of a model on a source, with the batches of its validation.</summary>
    /// <param name="model">On any device; its submodules keep their training modes.</param>
    /// <param name="task">What is measured.</param>
    /// <param name="source">At least one batch.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <returns>By name; <c>loss</c> is among them.</returns>
    /// <exception cref="InvalidDataException">The source delivers nothing.</exception>
    public IReadOnlyDictionary<string, double> Evaluate<TModel, TBatch>(
        TModel model, TrainingTask<TModel, TBatch> task, IBatchSource<TBatch> source,
        CancellationToken cancellationToken = default)
        where TModel : nn.Module
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(source);
        TensorTree.Require(typeof(TBatch));
        TorchRuntime.Ensure();
        var device = model.parameters().FirstOrDefault()?.device ?? CPU;
        var plan = new EpochPlan(
            _options.Seed, 1, _options.ValidationBatchSize ?? _options.BatchSize, device, Shuffle: false, 0,
            _options.Processes?.Rank ?? 0, _options.Processes?.Size ?? 1);
        return Measurement.Of(
            model, task, source, plan, _options.ChannelsLast ?? false, _options.Processes, cancellationToken);
    }

    private TrainingResult Classify(
        nn.Module<Tensor, Tensor> model, IBatchSource train, IBatchSource? validation,
        IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var task = new ClassificationTask
        {
            Classes = train.Classes.Count,
            LabelSmoothing = _options.LabelSmoothing,
            ClassWeights = _options.ClassWeights,
        };
        var options = _options with { ValidationBatchSize = _options.ValidationBatchSize ?? ClassifierValidationBatch };
        return Run(
            model, task, new IndexedBatches(train, _options.Augmentation, _options.DataHash),
            validation is null ? null : new IndexedBatches(validation), options, progress, cancellationToken);
    }

    private static TrainingResult Run<TModel, TBatch>(
        TModel model, TrainingTask<TModel, TBatch> task, IBatchSource<TBatch> train, IBatchSource<TBatch>? validation,
        TrainerOptions options, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
        where TModel : nn.Module
    {
        using var loop = Begin(model, task, train, validation, options, progress);
        return loop.Run(cancellationToken);
    }

    private static TrainingLoop<TModel, TBatch> Begin<TModel, TBatch>(
        TModel model, TrainingTask<TModel, TBatch> task, IBatchSource<TBatch> train, IBatchSource<TBatch>? validation,
        TrainerOptions options, IProgress<TrainingProgress>? progress)
        where TModel : nn.Module
    {
        try
        {
            return new TrainingLoop<TModel, TBatch>(
                model, task, train, validation, options, DeviceChoice.Resolve(options.Device), progress);
        }
        catch (Exception failure)
        {
            options.Processes?.Abort(failure.Message);   // The others may have begun, and would wait for this one.
            throw;
        }
    }

    private void RequireValidation(bool given)
    {
        if (_options.EarlyStoppingPatience is not null && !given)
        {
            throw new ArgumentException(
                "EarlyStoppingPatience: expected a validation set or a ValidationFraction, got neither.");
        }
    }
}
