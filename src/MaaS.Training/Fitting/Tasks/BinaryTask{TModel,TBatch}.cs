using MaaS.Core.Metrics;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>Yes or no, of one logit a sample: binary cross-entropy.</summary>
/// <typeparam name="TModel">A module of any signature.</typeparam>
/// <typeparam name="TBatch">What the batch source delivers.</typeparam>
/// <remarks>Metrics: <c>accuracy</c>, <c>auc</c>, and of the positive samples <c>f1</c>, <c>precision</c>,
/// <c>recall</c>.</remarks>
public class BinaryTask<TModel, TBatch> : SupervisedTask<TModel, TBatch>
    where TModel : nn.Module
{
    private const string Name = "BinaryTask";

    private readonly double _threshold = 0.5;
    private readonly double? _positiveWeight;

    /// <summary>A task over a model.</summary>
    /// <param name="predict">Gives logits (B) or (B, 1) and as many targets: 0 or 1, of any type.</param>
    public BinaryTask(Func<TModel, TBatch, Prediction> predict)
        : base(predict, new MetricChoice(
            Name,
            [new("accuracy"), new("auc", true), new("f1", true), new("precision", true), new("recall", true)],
            ["accuracy", "auc"]))
    {
    }

    /// <summary>The probability from which a sample counts as positive, above 0 and below 1.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public double Threshold
    {
        get => _threshold;
        init => _threshold = BinaryLoss.CheckedThresholds(Name, [value])[0];
    }

    /// <summary>How much a positive sample counts, a negative one counting 1; null for 1 as well.</summary>
    /// <exception cref="ArgumentException">It is not above 0.</exception>
    public double? PositiveWeight
    {
        get => _positiveWeight;
        init => _positiveWeight = value is not { } weight ? null
            : BinaryLoss.CheckedWeights(Name, "a PositiveWeight", [weight])![0];
    }

    private protected sealed override (Tensor Outputs, Tensor Targets) Arrange(Tensor outputs, Tensor targets)
        => outputs.dim() > 0 && outputs.NumberOfElements == outputs.shape[0]
            && targets.NumberOfElements == outputs.shape[0]
            ? (outputs.reshape(-1), targets.reshape(-1).to(outputs.dtype))            // (B), (B)
            : throw Unfit("logits (B) or (B,1) and targets (B)", outputs, targets);

    private protected sealed override ItemLosses Losses(Tensor outputs, Tensor targets, bool plain)
        => BinaryLoss.Of(outputs, targets, plain || _positiveWeight is not { } weight ? null : [weight]);

    private protected sealed override void Measure(
        Tensor outputs, Tensor targets, ItemLosses items, IBatchMetrics metrics)
    {
        if (Choice.Has("accuracy"))
        {
            AddShare(metrics, "accuracy", BinaryLoss.Decide(outputs, [_threshold]).eq(targets >= 0.5));
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
            return RocAuc.Binary(TensorSpans.Floats(outputs), TensorSpans.Indices(targets >= 0.5));
        }

        using var decided = BinaryLoss.Decide(outputs, [_threshold]);
        var positive = MultiLabelScores.From(TensorSpans.Truths(decided), TensorSpans.Truths(targets)).Labels[0];
        return metric switch
        {
            "f1" => positive.F1,
            "precision" => positive.Precision,
            _ => positive.Recall,
        };
    }
}
