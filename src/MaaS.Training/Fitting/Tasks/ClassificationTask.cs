using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>One label a sample: cross-entropy, and the share of samples classified correctly.</summary>
/// <remarks>The loss is the mean over samples, whatever their classes count; of validation samples it is plain
/// cross-entropy, without smoothing and class weights, so that runs compare.</remarks>
public sealed class ClassificationTask : TrainingTask<nn.Module<Tensor, Tensor>, (Tensor Inputs, Tensor Targets)>
{
    /// <summary>The metric of correctly classified samples.</summary>
    public const string Accuracy = "accuracy";

    /// <summary>Number of classes that logits must have at least; null to take them as they are.</summary>
    public int? Classes { get; init; }

    /// <summary>Share of the target's probability that is spread over all classes, 0 to below 1.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>How much a sample of each class counts, above 0; null for 1 each.</summary>
    /// <remarks>A mean of 1 over the samples keeps the learning rate's meaning.</remarks>
    public IReadOnlyList<double>? ClassWeights { get; init; }

    /// <inheritdoc/>
    public override BatchLoss Loss(
        nn.Module<Tensor, Tensor> model, (Tensor Inputs, Tensor Targets) batch, IBatchMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(metrics);
        var (inputs, targets) = batch;
        var logits = model.call(inputs).to(ScalarType.Float32);   // (B, classes)
        if (logits.dim() != 2 || logits.shape[0] != targets.shape[0] || (Classes is { } least && logits.shape[1] < least))
        {
            throw new ArgumentException(
                $"{model.GetName()}: expected logits ({targets.shape[0]},{Classes?.ToString() ?? "classes"}) for "
                    + $"{Classes?.ToString() ?? "the"} classes, got ({string.Join(",", logits.shape)}).", nameof(model));
        }

        using var weight = metrics.Validating || ClassWeights is null
            ? null : tensor(ClassWeights.ToArray(), [ClassWeights.Count], ScalarType.Float32).to(logits.device);
        var loss = nn.functional.cross_entropy(
            logits, targets, weight, reduction: nn.Reduction.Sum,
            label_smoothing: metrics.Validating ? 0 : LabelSmoothing);
        var count = tensor((double)targets.shape[0], ScalarType.Float64, logits.device);
        using (no_grad())
        {
            metrics.AddMean(Accuracy, logits.argmax(1).eq(targets).sum(), count);
        }

        return new BatchLoss(loss, count);
    }

    /// <inheritdoc/>
    public override (Tensor Inputs, Tensor Targets) Round((Tensor Inputs, Tensor Targets) batch, ScalarType type)
        => (batch.Inputs.is_floating_point() ? batch.Inputs.to(type) : batch.Inputs, batch.Targets);
}
