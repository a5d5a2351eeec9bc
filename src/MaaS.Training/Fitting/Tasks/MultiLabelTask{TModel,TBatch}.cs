using MaaS.Core.Metrics;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>Any number of labels a sample, each of a logit of its own: binary cross-entropy.</summary>
/// <typeparam name="TModel">A module of any signature.</typeparam>
/// <typeparam name="TBatch">What the batch source delivers.</typeparam>
/// <remarks>Metrics: <c>accuracy</c> (every label of a sample is right), <c>label_accuracy</c> (share of right
/// decisions), <c>f1_macro</c>, <c>f1_micro</c>, <c>auc</c> (mean over the labels).</remarks>
public class MultiLabelTask<TModel, TBatch> : SupervisedTask<TModel, TBatch>
    where TModel : nn.Module
{
    private const string Name = "MultiLabelTask";

    private readonly IReadOnlyList<double> _thresholds = [0.5];
    private readonly IReadOnlyList<double>? _positiveWeights;

    /// <summary>A task over a model.</summary>
    /// <param name="predict">Gives logits (B, L) and targets (B, L): 0 or 1, of any type.</param>
    public MultiLabelTask(Func<TModel, TBatch, Prediction> predict)
        : base(predict, new MetricChoice(
            Name,
            [
                new("accuracy"), new("label_accuracy"), new("auc", true), new("f1_macro", true), new("f1_micro", true),
            ],
            ["accuracy", "f1_macro", "f1_micro"]))
    {
    }

    /// <summary>The probabilities from which a label counts as given, above 0 and below 1: one for all, or one a
    /// label.</summary>
    /// <remarks><see cref="LabelThresholds"/> finds those of the best F1.</remarks>
    /// <exception cref="ArgumentException">One is out of its range.</exception>
    public IReadOnlyList<double> Thresholds
    {
        get => _thresholds;
        init => _thresholds = BinaryLoss.CheckedThresholds(Name, value);
    }

    /// <summary>How much a given label counts, one that is not given counting 1: one a label; null for 1
    /// each.</summary>
    /// <exception cref="ArgumentException">One is not above 0.</exception>
    public IReadOnlyList<double>? PositiveWeights
    {
        get => _positiveWeights;
        init => _positiveWeights = BinaryLoss.CheckedWeights(Name, "PositiveWeights", value);
    }

    private protected sealed override (Tensor Outputs, Tensor Targets) Arrange(Tensor outputs, Tensor targets)
    {
        if (outputs.dim() != 2 || !outputs.shape.SequenceEqual(targets.shape))
        {
            throw Unfit("logits (B,L) and targets (B,L)", outputs, targets);
        }

        Fits(outputs.shape[1], _thresholds.Count == 1 ? null : _thresholds, nameof(Thresholds));
        Fits(outputs.shape[1], _positiveWeights, nameof(PositiveWeights));
        return (outputs, targets.to(outputs.dtype));
    }

    private protected sealed override ItemLosses Losses(Tensor outputs, Tensor targets, bool plain)
        => BinaryLoss.Of(outputs, targets, plain ? null : _positiveWeights);

    private protected sealed override void Measure(
        Tensor outputs, Tensor targets, ItemLosses items, IBatchMetrics metrics)
    {
        var right = BinaryLoss.Decide(outputs, _thresholds).eq(targets >= 0.5);       // (B, L)
        if (Choice.Has("accuracy"))
        {
            AddShare(metrics, "accuracy", right.all(1));
        }

        if (Choice.Has("label_accuracy"))
        {
            AddShare(metrics, "label_accuracy", right);
        }

        if (metrics.Validating && Choice.Collects)
        {
            metrics.Collect(outputs, targets);
        }
    }

    private protected sealed override double Value(string metric, Tensor outputs, Tensor targets)
    {
        if (metric == "auc")
        {
            return Enumerable.Range(0, (int)outputs.shape[1]).Average(label =>
            {
                using var scope = NewDisposeScope();
                return RocAuc.Binary(
                    TensorSpans.Floats(outputs.select(1, label)),
                    TensorSpans.Indices(targets.select(1, label) >= 0.5));
            });
        }

        using var decided = BinaryLoss.Decide(outputs, _thresholds);
        var scores = MultiLabelScores.From(
            TensorSpans.Truths(decided), TensorSpans.Truths(targets), labelCount: (int)outputs.shape[1]);
        return metric == "f1_macro" ? scores.Macro.F1 : scores.Micro.F1;
    }

    private static void Fits(long labels, IReadOnlyList<double>? values, string what)
    {
        if (values is not null && values.Count != labels)
        {
            throw new ArgumentException($"{Name}: expected {labels} {what}, one a label, got {values.Count}.");
        }
    }
}
