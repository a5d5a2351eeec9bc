using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>Pairs, such as images and texts, that shall lie close in one space, and everything else far: InfoNCE in
/// both directions.</summary>
/// <typeparam name="TModel">A module of any signature.</typeparam>
/// <typeparam name="TBatch">What the batch source delivers.</typeparam>
/// <remarks>
/// Radford et al. 2021 (CLIP), figure 3. Samples with equal keys, such as images with the same caption, are each
/// other's pairs and share the target's probability (Yang et al. 2022, equation 3). The loss compares within a batch:
/// parts of one, as of gradient accumulation, make fewer comparisons. Metrics, over the whole validation set:
/// <c>recall_at_1</c>, <c>recall_at_5</c>, <c>recall_at_10</c>: the share of firsts that have a pair of theirs among
/// the nearest seconds.
/// </remarks>
public class ContrastiveTask<TModel, TBatch> : TrainingTask<TModel, TBatch>
    where TModel : nn.Module
{
    private const string Name = "ContrastiveTask";
    private const int RowsAtOnce = 1024;

    private readonly Func<TModel, TBatch, EmbeddedPairs> _embed;
    private readonly MetricChoice _metrics = new(
        Name, [new("recall_at_1", true), new("recall_at_5", true), new("recall_at_10", true)], ["recall_at_1"]);

    /// <summary>A task over a model.</summary>
    /// <param name="embed">Puts the pairs of a batch into the shared space.</param>
    public ContrastiveTask(Func<TModel, TBatch, EmbeddedPairs> embed)
    {
        ArgumentNullException.ThrowIfNull(embed);
        _embed = embed;
    }

    /// <summary>Names of the metrics that are kept beside the loss.</summary>
    /// <exception cref="ArgumentException">A metric does not fit the task; the message names it and those that
    /// do.</exception>
    public IReadOnlyList<string> Metrics
    {
        get => _metrics.Names;
        init => _metrics = _metrics.With(value);
    }

    /// <inheritdoc/>
    public override bool GreaterIsBetter(string metric) => _metrics.GreaterIsBetter(metric);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The shapes do not fit together.</exception>
    public sealed override BatchLoss Loss(TModel model, TBatch batch, IBatchMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        var (firsts, seconds, scale, keys) = _embed(model, batch);
        Check(firsts, seconds, scale, keys);
        var count = firsts.shape[0];
        if (metrics.Validating && _metrics.Collects)
        {
            using var noGrad = no_grad();
            metrics.Collect(
                cat([firsts, seconds], 1).detach(),                                          // (B, 2·D)
                keys ?? full(count, -1, ScalarType.Int64, firsts.device));
        }

        var logits = firsts.to(ScalarType.Float32).mm(seconds.to(ScalarType.Float32).t()) * scale;   // (B, B)
        var targets = keys is null ? arange(count, ScalarType.Int64, logits.device) : Shares(keys);
        var there = nn.functional.cross_entropy(logits, targets);
        var back = nn.functional.cross_entropy(logits.t(), targets);
        return BatchLoss.Mean((there + back) / 2, count);
    }

    /// <inheritdoc/>
    public override IEnumerable<KeyValuePair<string, double>> EpochMetrics(Tensor outputs, Tensor targets)
    {
        if (!_metrics.Collects)
        {
            return [];
        }

        var ranks = Ranks(outputs, targets);
        return _metrics.OfEpoch.Select(name => KeyValuePair.Create(
            name, (double)ranks.Count(rank => rank < int.Parse(name.AsSpan("recall_at_".Length))) / ranks.Length));
    }

    // Rows and columns alike, since "has the same key" is symmetric: (B, B), rows sum to 1.
    private static Tensor Shares(Tensor keys)
    {
        var same = keys.unsqueeze(0).eq(keys.unsqueeze(1)).to(ScalarType.Float32);
        return same / same.sum(1, keepdim: true);
    }

    // For each first, how many seconds that are no pair of it lie nearer than its nearest pair.
    private static long[] Ranks(Tensor outputs, Tensor keys)
    {
        using var scope = NewDisposeScope();
        var (count, width) = (outputs.shape[0], outputs.shape[1] / 2);
        var (firsts, seconds) = (outputs.narrow(1, 0, width), outputs.narrow(1, width, width));
        keys = keys.where(keys.ge(0), arange(count, ScalarType.Int64));
        List<long> ranks = [];
        for (long start = 0; start < count; start += RowsAtOnce)
        {
            using var part = NewDisposeScope();
            var rows = Math.Min(RowsAtOnce, count - start);
            var likeness = firsts.narrow(0, start, rows).mm(seconds.t());                    // (R, N)
            var pairs = keys.narrow(0, start, rows).unsqueeze(1).eq(keys.unsqueeze(0));
            var nearest = likeness.masked_fill(pairs.logical_not(), float.NegativeInfinity).amax([1], keepdim: true);

            // What is as near, or no number, counts as nearer: a network that tells nothing apart finds nothing.
            var nearer = likeness.lt(nearest).logical_not().logical_and(pairs.logical_not()).sum(1);   // (R)
            ranks.AddRange(nearer.data<long>());
        }

        return [.. ranks];
    }

    private static void Check(Tensor firsts, Tensor seconds, Tensor scale, Tensor? keys)
    {
        if (firsts.dim() != 2 || !firsts.shape.SequenceEqual(seconds.shape) || scale.NumberOfElements != 1
            || (keys is not null && (keys.dim() != 1 || keys.shape[0] != firsts.shape[0])))
        {
            static string Shape(Tensor? tensor) => $"({string.Join(",", tensor?.shape ?? [])})";
            throw new ArgumentException(
                $"{Name}: expected firsts and seconds (B,D), a scalar scale and keys (B), got {Shape(firsts)}, "
                    + $"{Shape(seconds)}, {Shape(scale)} and {Shape(keys)}.");
        }
    }
}
