using MaaS.Training.Fitting.Callbacks;
using MaaS.Training.Fitting.Parameters;
using MaaS.Training.Fitting.Tasks;
using static TorchSharp.torch;

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

    /// <summary>Refuses weights that gradients without numbers have spoiled, before they are measured or
    /// saved.</summary>
    /// <param name="weights">All that are trained.</param>
    /// <param name="context">Where the run stands.</param>
    /// <exception cref="DivergedException">At least one is infinite or no number.</exception>
    public static void RequireFinite(IReadOnlyList<Tensor> weights, TrainingContext context)
    {
        if (!double.IsFinite(GradientClip.Norm(weights)))
        {
            throw new DivergedException(
                $"Training: expected finite weights in epoch {context.Epoch}, got some that are not after "
                    + $"{context.Step} updates; {Advice.Of(context.LearningRate)}");
        }
    }
}
