using MaaS.Training.Data;
using MaaS.Training.Interop;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting;

/// <summary>One forward and backward pass over some samples of a batch.</summary>
internal sealed class ForwardBackward(
    nn.Module<Tensor, Tensor> model, IReadOnlyList<Tensor> parameters, IBatchSource data, TrainerOptions options,
    ExecutionPlan plan, Device device)
{
    /// <summary>Loss and gradients of part of a batch.</summary>
    /// <param name="samples">Positions in the data set; at least one.</param>
    /// <param name="batchSize">Size of the whole batch, by which losses are divided.</param>
    /// <param name="augmentationStream">Identifies the draw of shifts and flips.</param>
    /// <remarks>The result's tensors belong to the calling thread's dispose scope. Safe on several threads at
    /// once.</remarks>
    public BatchGradient Run(ReadOnlySpan<long> samples, long batchSize, long augmentationStream)
    {
        BatchGradient? total = null;
        for (var start = 0; start < samples.Length; start += Math.Min(plan.MicroBatch, samples.Length))
        {
            using var scope = NewDisposeScope();
            var part = samples.Slice(start, Math.Min(plan.MicroBatch, samples.Length - start));
            var result = Part(part, batchSize, augmentationStream + start);
            if (total is null)
            {
                total = result.MoveToOuterDisposeScope();
            }
            else
            {
                total.Add(result);
            }
        }

        return total
            ?? throw new ArgumentException("Gradient: expected at least one sample, got none.", nameof(samples));
    }

    private BatchGradient Part(ReadOnlySpan<long> samples, long batchSize, long augmentationStream)
    {
        var indices = tensor(samples.ToArray(), [samples.Length], ScalarType.Int64);
        var (inputs, targets) = data.GetBatch(indices, device);
        if (options.Augmentation is { } augmentation)
        {
            var random = new SeededRandom(options.Seed, augmentationStream);
            inputs = augmentation.Apply(inputs, ref random);
        }

        var logits = model.call(BatchLayout.Prepare(Rounded(inputs, plan.Precision), plan.ChannelsLast))
            .to(ScalarType.Float32);   // (B, classes)
        if (logits.dim() != 2 || logits.shape[1] < data.Classes.Count)
        {
            throw new ArgumentException(
                $"{model.GetName()}: expected logits ({samples.Length},{data.Classes.Count}) for {data.Classes.Count} "
                    + "classes, got "
                + $"({string.Join(",", logits.shape)}).");
        }

        var weight = options.ClassWeights is { } weights
            ? tensor(weights.ToArray(), [weights.Count], ScalarType.Float32).to(device) : null;
        var loss = nn.functional.cross_entropy(
            logits, targets, weight, reduction: nn.Reduction.Sum, label_smoothing: options.LabelSmoothing);
        var gradients = autograd.grad([loss / batchSize], [.. parameters], allow_unused: true);
        using var noGrad = no_grad();
        var correct = logits.argmax(1).eq(targets).sum();
        return new BatchGradient(
            loss.detach(), correct, [.. gradients.Select(static g => g is null || g.IsInvalid ? null : g)]);
    }

    // Token ids are of an integer type and stay.
    private static Tensor Rounded(Tensor inputs, TrainingPrecision precision)
        => precision == TrainingPrecision.Bf16 && inputs.is_floating_point() ? inputs.to(ScalarType.BFloat16) : inputs;
}
