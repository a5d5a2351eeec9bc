using MaaS.Training.Fitting.Tasks;

namespace MaaS.Training.Fitting.Loop;

/// <summary>Refuses losses that cannot be learned from.</summary>
internal static class LossCheck
{
    /// <exception cref="ArgumentException">The loss is no scalar, or has no gradient.</exception>
    public static void Require(BatchLoss loss)
    {
        if (loss.Sum is null || loss.Weight is null)
        {
            throw new ArgumentException("Loss: expected the sum and the weight of a batch's loss, got null.");
        }

        if (loss.Sum.NumberOfElements != 1 || loss.Weight.NumberOfElements != 1)
        {
            throw new ArgumentException(
                $"Loss: expected scalars as sum and weight, got ({string.Join(",", loss.Sum.shape)}) and "
                    + $"({string.Join(",", loss.Weight.shape)}); sum the loss up over the batch, or use "
                    + "BatchLoss.Mean.");
        }

        if (!loss.Sum.requires_grad)
        {
            throw new ArgumentException(
                "Loss: expected a loss with a gradient, got one that depends on no trainable parameter; do not detach "
                    + "it, and compute it from the model's outputs.");
        }
    }
}
