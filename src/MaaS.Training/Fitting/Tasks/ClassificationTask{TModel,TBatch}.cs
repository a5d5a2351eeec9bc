using MaaS.Core.Metrics;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>One label a sample: cross-entropy.</summary>
/// <typeparam name="TModel">A module of any signature.</typeparam>
/// <typeparam name="TBatch">What the batch source delivers.</typeparam>
/// <remarks>Metrics: <c>accuracy</c>, <c>top5</c> (the label is among the five likeliest), <c>f1_macro</c> (mean over
/// the classes that occur), <c>f1_micro</c>, <c>auc</c> (of two classes that of the second, of more the mean of each
/// against the rest). The loss is the mean over samples, whatever their classes count.</remarks>
public class ClassificationTask<TModel, TBatch> : SupervisedTask<TModel, TBatch>
    where TModel : nn.Module
{
    private const string Name = "ClassificationTask";

    private readonly double _labelSmoothing;
    private readonly IReadOnlyList<double>? _classWeights;

    /// <summary>A task over a model.</summary>
    /// <param name="predict">Gives logits (B, C), and targets (B) that are classes, or (B, C) that are
    /// probabilities.</param>
    public ClassificationTask(Func<TModel, TBatch, Prediction> predict)
        : base(predict, new MetricChoice(
            Name,
            [new("accuracy"), new("auc", true), new("f1_macro", true), new("f1_micro", true), new("top5", true)],
            ["accuracy"]))
    {
    }

    /// <summary>Number of classes that logits must have at least; null to take them as they are.</summary>
    public int? Classes { get; init; }

    /// <summary>Share of the target's probability that is spread over all classes, 0 to below 1.</summary>
    /// <exception cref="ArgumentException">It is out of its range.</exception>
    public double LabelSmoothing
    {
        get => _labelSmoothing;
        init => _labelSmoothing = value is >= 0 and < 1 ? value
            : throw new ArgumentException($"{Name}: expected LabelSmoothing 0 to below 1, got {value}.");
    }

    /// <summary>How much a sample of each class counts, above 0; null for 1 each.</summary>
    /// <remarks>A mean of 1 over the samples keeps the learning rate's meaning.</remarks>
    /// <exception cref="ArgumentException">One is not above 0.</exception>
    public IReadOnlyList<double>? ClassWeights
    {
        get => _classWeights;
        init => _classWeights = BinaryLoss.CheckedWeights(Name, "ClassWeights", value);
    }

    private protected sealed override (Tensor Outputs, Tensor Targets) Arrange(Tensor outputs, Tensor targets)
    {
        // The usual case first: asking for whole shapes takes longer than a small layer's gradient.
        if (targets.dtype == ScalarType.Int64 && outputs.dim() == 2 && targets.dim() == 1
            && outputs.size(0) == targets.size(0) && outputs.size(1) >= (Classes ?? 0))
        {
            return (outputs, targets);
        }

        if (outputs.dim() != 2 || (Classes is { } least && outputs.shape[1] < least)
            || !(targets.is_floating_point() ? outputs.shape : outputs.shape[..1]).SequenceEqual(targets.shape))
        {
            var classes = Classes?.ToString() ?? "C";
            var number = Classes is null ? "" : $" for {classes} classes";
            throw Unfit(
                $"logits (B,{classes}){number} and targets (B), or probabilities (B,{classes})", outputs, targets);
        }

        return (outputs, targets.to(targets.is_floating_point() ? ScalarType.Float32 : ScalarType.Int64));
    }

    private protected sealed override ItemLosses Losses(Tensor outputs, Tensor targets, bool plain)
    {
        var weights = plain || _classWeights is null ? null
            : tensor([.. _classWeights], ScalarType.Float32, outputs.device);
        return new ItemLosses(nn.functional.cross_entropy(
            outputs, targets, weights, reduction: nn.Reduction.None,
            label_smoothing: plain ? 0 : _labelSmoothing));                                  // (B)
    }

    private protected sealed override void Measure(
        Tensor outputs, Tensor targets, ItemLosses items, IBatchMetrics metrics)
    {
        var labels = targets.dim() == 2 ? targets.argmax(1) : targets;                       // (B)
        if (Choice.Has("accuracy"))
        {
            AddShare(metrics, "accuracy", outputs.argmax(1).eq(labels));
        }

        if (metrics.Validating && Choice.Collects)
        {
            metrics.Collect(outputs, labels);
        }
    }

    private protected sealed override double Value(string metric, Tensor outputs, Tensor targets)
    {
        if (metric is "auc")
        {
            return ClassScoring.Auc(outputs, targets);
        }

        if (metric is "top5")
        {
            return TopKAccuracy.Compute(TensorSpans.Floats(outputs), TensorSpans.Indices(targets), 5);
        }

        using var predicted = outputs.argmax(1);
        var report = ClassScoring.Report(predicted, targets);
        return metric is "f1_macro" ? report.Macro.F1 : report.Micro.F1;
    }
}
