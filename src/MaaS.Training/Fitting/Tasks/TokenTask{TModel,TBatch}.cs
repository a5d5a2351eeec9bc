using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>What tasks over sequences share: cross-entropy of every token that is not ignored.</summary>
/// <typeparam name="TModel">A module of any signature.</typeparam>
/// <typeparam name="TBatch">What the batch source delivers.</typeparam>
public abstract class TokenTask<TModel, TBatch> : SupervisedTask<TModel, TBatch>
    where TModel : nn.Module
{
    private readonly double _labelSmoothing;
    private readonly IReadOnlyList<double>? _classWeights;

    private protected TokenTask(Func<TModel, TBatch, Prediction> predict, MetricChoice metrics)
        : base(predict, metrics)
    {
    }

    /// <summary>The target that does not count, as padding does not: −100 as in PyTorch, or the id of
    /// padding.</summary>
    public long IgnoreIndex { get; init; } = -100;

    /// <summary>Share of a target's probability that is spread over all classes, 0 to below 1.</summary>
    /// <exception cref="ArgumentException">It is out of its range.</exception>
    public double LabelSmoothing
    {
        get => _labelSmoothing;
        init => _labelSmoothing = value is >= 0 and < 1 ? value
            : throw new ArgumentException($"{Choice.Task}: expected LabelSmoothing 0 to below 1, got {value}.");
    }

    /// <summary>How much a token of each class counts, above 0; null for 1 each.</summary>
    /// <exception cref="ArgumentException">One is not above 0.</exception>
    public IReadOnlyList<double>? ClassWeights
    {
        get => _classWeights;
        init => _classWeights = BinaryLoss.CheckedWeights(Choice.Task, "ClassWeights", value);
    }

    private protected sealed override (Tensor Outputs, Tensor Targets) Arrange(Tensor outputs, Tensor targets)
    {
        if (outputs.dim() != 3 || !outputs.shape.AsSpan(0, 2).SequenceEqual(targets.shape))
        {
            throw Unfit("logits (B,T,C) and targets (B,T)", outputs, targets);
        }

        if (_classWeights is not null && _classWeights.Count != outputs.shape[2])
        {
            throw new ArgumentException(
                $"{Choice.Task}: expected {outputs.shape[2]} ClassWeights, one a class, got {_classWeights.Count}.");
        }

        return (outputs, targets.to(ScalarType.Int64));
    }

    private protected sealed override ItemLosses Losses(Tensor outputs, Tensor targets, bool plain)
    {
        var weights = plain || _classWeights is null ? null
            : tensor([.. _classWeights], ScalarType.Float32, outputs.device);
        var kept = targets.ne(IgnoreIndex);                                                // (B, T)
        var losses = nn.functional.cross_entropy(
            outputs.flatten(0, 1), targets.flatten(), weights, IgnoreIndex, nn.Reduction.None,
            plain ? 0 : _labelSmoothing);
        var counts = weights is null ? kept.to(ScalarType.Float32)
            : weights.index_select(0, targets.masked_fill(kept.logical_not(), 0).flatten()).reshape(targets.shape)
                * kept;
        return new ItemLosses(losses.reshape(targets.shape), counts);                      // (B, T), (B, T)
    }

    /// <summary>Where targets count, (B, T), bool.</summary>
    private protected Tensor Kept(Tensor targets) => targets.ne(IgnoreIndex);

    /// <summary>The share of tokens whose likeliest class is the target.</summary>
    private protected static void AddAccuracy(IBatchMetrics metrics, Tensor right, Tensor kept)
        => metrics.AddMean(
            "accuracy", right.logical_and(kept).sum().to(ScalarType.Float32), kept.sum().to(ScalarType.Float32));

    /// <summary>Collects the sum of each validation row's negative log-likelihoods and how many there are.</summary>
    private protected void CollectLikelihood(ItemLosses items, Tensor targets, IBatchMetrics metrics)
        => metrics.Collect(
            items.Values.detach().to(ScalarType.Float64).sum(1), Kept(targets).sum(1));     // (B), (B)

    /// <summary>exp of the mean negative log-likelihood of what <see cref="CollectLikelihood"/> took.</summary>
    private protected static double Perplexity(Tensor sums, Tensor counts)
    {
        using var scope = NewDisposeScope();
        return Math.Exp(
            sums.sum(ScalarType.Float64).item<double>() / counts.sum(ScalarType.Float64).item<double>());
    }
}
