using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>What MaaS's own tasks share: the model's outputs are compared with targets.</summary>
/// <typeparam name="TModel">A module of any signature.</typeparam>
/// <typeparam name="TBatch">What the batch source delivers.</typeparam>
/// <remarks>The loss of validation batches is taken without smoothing and without weights of classes, so that runs
/// compare; weights of samples count in both.</remarks>
public abstract class SupervisedTask<TModel, TBatch> : TrainingTask<TModel, TBatch>
    where TModel : nn.Module
{
    private readonly Func<TModel, TBatch, Prediction> _predict;
    private readonly MetricChoice _metrics;

    private protected SupervisedTask(Func<TModel, TBatch, Prediction> predict, MetricChoice metrics)
    {
        ArgumentNullException.ThrowIfNull(predict);
        (_predict, _metrics) = (predict, metrics);
    }

    /// <summary>Names of the metrics that are kept beside the loss.</summary>
    /// <exception cref="ArgumentException">A metric does not fit the task; the message names it and those that
    /// do.</exception>
    public IReadOnlyList<string> Metrics
    {
        get => _metrics.Names;
        init => _metrics = _metrics.With(value);
    }

    // Mixing draws, and pairs the samples of a batch.
    internal override bool IsDivisible => Mix is null;

    /// <summary>Changes training batches before the model sees them, such as <see cref="Mixup"/>; null for
    /// nothing.</summary>
    public Func<TBatch, TBatch>? Mix { get; init; }

    private protected MetricChoice Choice => _metrics;

    /// <inheritdoc/>
    public override bool GreaterIsBetter(string metric) => _metrics.GreaterIsBetter(metric);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The shapes of outputs, targets and weights do not fit together.</exception>
    public sealed override BatchLoss Loss(TModel model, TBatch batch, IBatchMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        var (outputs, targets, weights) = _predict(model, Mix is null || metrics.Validating ? batch : Mix(batch));
        if (outputs.is_floating_point() && outputs.dtype != ScalarType.Float32)
        {
            outputs = outputs.to(ScalarType.Float32);   // Losses of half precision are taken in full.
        }

        (outputs, targets) = Arrange(outputs, targets);
        if (weights is not null && (weights.dim() != 1 || weights.shape[0] != outputs.shape[0]))
        {
            throw new ArgumentException(
                $"{_metrics.Task}: expected weights ({outputs.shape[0]}), one a sample, got "
                    + $"({string.Join(",", weights.shape)}).");
        }

        var items = Losses(outputs, targets, metrics.Validating);
        using (no_grad())
        {
            Measure(outputs.detach(), targets, items, metrics);
        }

        return items.Sum(weights);
    }

    /// <inheritdoc/>
    public override IEnumerable<KeyValuePair<string, double>> EpochMetrics(Tensor outputs, Tensor targets)
        => _metrics.OfEpoch.Select(name => KeyValuePair.Create(name, Value(name, outputs, targets)));

    /// <summary>Outputs and targets in the shapes that <see cref="Losses"/> takes, after checking them.</summary>
    private protected abstract (Tensor Outputs, Tensor Targets) Arrange(Tensor outputs, Tensor targets);

    /// <summary>The losses of what the batch counts.</summary>
    /// <param name="outputs">As <see cref="Arrange"/> gave them.</param>
    /// <param name="targets">As <see cref="Arrange"/> gave them.</param>
    /// <param name="plain">Whether smoothing and the weights of classes are left out.</param>
    private protected abstract ItemLosses Losses(Tensor outputs, Tensor targets, bool plain);

    /// <summary>A metric of a whole validation set, of what was collected.</summary>
    private protected abstract double Value(string metric, Tensor outputs, Tensor targets);

    /// <summary>Takes the metrics; runs without gradients.</summary>
    private protected abstract void Measure(Tensor outputs, Tensor targets, ItemLosses items, IBatchMetrics metrics);

    /// <summary>Refuses shapes that do not fit the task.</summary>
    private protected ArgumentException Unfit(string expected, Tensor outputs, Tensor targets)
        => new(
            $"{_metrics.Task}: expected {expected}, got outputs ({string.Join(",", outputs.shape)}) and targets "
                + $"({string.Join(",", targets.shape)}).");

    /// <summary>A mean of truth values.</summary>
    private protected static void AddShare(IBatchMetrics metrics, string name, Tensor truths)
        => metrics.AddMean(
            name, truths.sum(), tensor((double)truths.NumberOfElements, ScalarType.Float64, truths.device));
}
