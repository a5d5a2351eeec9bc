using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>A class for every pixel.</summary>
/// <typeparam name="TModel">A module of any signature.</typeparam>
/// <typeparam name="TBatch">What the batch source delivers.</typeparam>
/// <remarks>Metrics: <c>accuracy</c> of pixels; over the pixels of a whole validation set <c>mean_iou</c> and
/// <c>dice</c>, means over the classes that occur or are predicted.</remarks>
public class SegmentationTask<TModel, TBatch> : SupervisedTask<TModel, TBatch>
    where TModel : nn.Module
{
    private const double Smoothing = 1e-5;   // Of the Dice loss, where a class is neither there nor predicted.

    private readonly SegmentationLoss _loss = SegmentationLoss.CrossEntropy;
    private readonly IReadOnlyList<double>? _classWeights;

    /// <summary>A task over a model.</summary>
    /// <param name="predict">Gives logits (B, C, H, W) and targets (B, H, W): classes, or the one that is
    /// ignored.</param>
    public SegmentationTask(Func<TModel, TBatch, Prediction> predict)
        : base(predict, new MetricChoice(
            "SegmentationTask", [new("accuracy"), new("dice", true), new("mean_iou", true)],
            ["accuracy", "mean_iou"]))
    {
    }

    /// <summary>What is learned by.</summary>
    /// <exception cref="ArgumentException">The value is unknown.</exception>
    public SegmentationLoss By
    {
        get => _loss;
        init => _loss = Enum.IsDefined(value) ? value
            : throw new ArgumentException($"{Choice.Task}: expected a known loss, got {value}.");
    }

    /// <summary>The target that does not count; −100 as in PyTorch, often 255.</summary>
    public long IgnoreIndex { get; init; } = -100;

    /// <summary>How much a pixel of each class counts in the cross-entropy, above 0; null for 1 each.</summary>
    /// <exception cref="ArgumentException">One is not above 0.</exception>
    public IReadOnlyList<double>? ClassWeights
    {
        get => _classWeights;
        init => _classWeights = BinaryLoss.CheckedWeights(Choice.Task, "ClassWeights", value);
    }

    private protected sealed override (Tensor Outputs, Tensor Targets) Arrange(Tensor outputs, Tensor targets)
    {
        if (outputs.dim() != 4 || targets.dim() != 3 || outputs.shape[0] != targets.shape[0]
            || !outputs.shape.AsSpan(2).SequenceEqual(targets.shape.AsSpan(1)))
        {
            throw Unfit("logits (B,C,H,W) and targets (B,H,W)", outputs, targets);
        }

        if (_classWeights is not null && _classWeights.Count != outputs.shape[1])
        {
            throw new ArgumentException(
                $"{Choice.Task}: expected {outputs.shape[1]} ClassWeights, one a class, got {_classWeights.Count}.");
        }

        return (outputs, targets.to(ScalarType.Int64));
    }

    private protected sealed override ItemLosses Losses(Tensor outputs, Tensor targets, bool plain)
    {
        var kept = targets.ne(IgnoreIndex);                                                  // (B, H, W)
        if (_loss == SegmentationLoss.Dice)
        {
            return new ItemLosses(Dice(outputs, targets, kept));
        }

        var weights = plain || _classWeights is null ? null
            : tensor([.. _classWeights], ScalarType.Float32, outputs.device);
        var losses = nn.functional.cross_entropy(outputs, targets, weights, IgnoreIndex, nn.Reduction.None);
        var counts = kept.to(ScalarType.Float32);
        if (weights is not null)
        {
            counts *= weights.index_select(0, targets.masked_fill(kept.logical_not(), 0).flatten())
                .reshape(targets.shape);
        }

        if (_loss == SegmentationLoss.CrossEntropy)
        {
            return new ItemLosses(losses, counts);
        }

        // An image that is ignored as a whole has no cross-entropy.
        var image = losses.flatten(1).sum(1) / counts.flatten(1).sum(1).clamp_min(1e-12);     // (B)
        return new ItemLosses(image + Dice(outputs, targets, kept));
    }

    private protected sealed override void Measure(
        Tensor outputs, Tensor targets, ItemLosses items, IBatchMetrics metrics)
    {
        var (predicted, kept) = (outputs.argmax(1), targets.ne(IgnoreIndex));                // (B, H, W)
        if (Choice.Has("accuracy"))
        {
            metrics.AddMean(
                "accuracy", predicted.eq(targets).logical_and(kept).sum().to(ScalarType.Float32),
                kept.sum().to(ScalarType.Float32));
        }

        if (metrics.Validating && Choice.Collects)
        {
            var classes = outputs.shape[1];
            var (guesses, truths) = (OneHot(predicted, kept, classes), OneHot(targets, kept, classes));
            metrics.Collect(
                (guesses * truths).to(ScalarType.Float64).sum(2),                           // (B, C)
                (guesses + truths).to(ScalarType.Float64).sum(2));                          // (B, C)
        }
    }

    private protected sealed override double Value(string metric, Tensor outputs, Tensor targets)
    {
        using var scope = NewDisposeScope();
        // A literal 0 alone would be taken as a ScalarType.
        var (common, both) = (outputs.sum(dim: 0), targets.sum(dim: 0));                     // (C)
        var occurs = both > 0;
        var shares = metric == "mean_iou" ? common / (both - common) : 2 * common / both;
        return shares.masked_select(occurs).mean().item<double>();
    }

    // (B): one minus the mean over classes of 2·|P∩T| / (|P| + |T|), P being probabilities.
    private static Tensor Dice(Tensor outputs, Tensor targets, Tensor kept)
    {
        var truths = OneHot(targets, kept, outputs.shape[1]);                                // (B, C, H·W)
        var shares = nn.functional.softmax(outputs, 1).flatten(2) * kept.flatten(1).unsqueeze(1);
        var common = (shares * truths).sum(2);                                               // (B, C)
        var both = shares.sum(2) + truths.sum(2);
        return 1 - (((2 * common) + Smoothing) / (both + Smoothing)).mean([1]);
    }

    // (B, C, H·W), zeros where nothing is kept.
    private static Tensor OneHot(Tensor indices, Tensor kept, long classes)
        => nn.functional.one_hot(indices.masked_fill(kept.logical_not(), 0).flatten(1), classes).transpose(1, 2)
            .to(ScalarType.Float32) * kept.flatten(1).unsqueeze(1);
}
