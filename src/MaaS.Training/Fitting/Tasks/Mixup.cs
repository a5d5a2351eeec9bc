using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>Mixes every sample of a batch with another one, inputs and targets alike.</summary>
/// <param name="alpha">The share of the first is drawn once a batch from Beta(α, α), α above 0; 0.2 mixes most batches
/// a little.</param>
/// <param name="classes">Number of classes, where targets are class indices that become probabilities; null where they
/// are numbers already.</param>
/// <remarks>Zhang et al. 2018: mixup, equation 1. Draws from torch's default generator.</remarks>
public sealed class Mixup(double alpha = 0.2, long? classes = null)
{
    private readonly MixedTargets _targets = new(nameof(Mixup), alpha, classes);

    /// <summary>The mixed batch.</summary>
    /// <param name="batch">Inputs (B, …), float, and targets (B, …).</param>
    /// <returns>Inputs as they were shaped; targets (B, classes), float32, or as they were shaped.</returns>
    public (Tensor Inputs, Tensor Targets) Apply((Tensor Inputs, Tensor Targets) batch)
    {
        var share = _targets.DrawShare();
        var partners = randperm(batch.Inputs.shape[0], ScalarType.Int64, batch.Inputs.device);
        var inputs = (batch.Inputs * share) + (batch.Inputs.index_select(0, partners) * (1 - share));
        return (inputs, _targets.Mix(batch.Targets, partners, share));
    }
}
