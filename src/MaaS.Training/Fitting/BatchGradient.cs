using static TorchSharp.torch;

namespace MaaS.Training.Fitting;

/// <summary>Loss and gradients of one batch.</summary>
/// <param name="LossSum">Scalar, float32: the sum of the samples' losses.</param>
/// <param name="Correct">Scalar, int64: how many samples were classified correctly.</param>
/// <param name="Gradients">One for each parameter, null for those without influence: of the batch's mean loss.</param>
internal sealed record BatchGradient(Tensor LossSum, Tensor Correct, Tensor?[] Gradients)
{
    /// <summary>Adds another part of the same batch, in place, and disposes it.</summary>
    public void Add(BatchGradient other)
    {
        using var noGrad = no_grad();
        LossSum.add_(other.LossSum);
        Correct.add_(other.Correct);
        for (var i = 0; i < Gradients.Length; i++)
        {
            if (other.Gradients[i] is { } gradient)
            {
                Gradients[i] = Gradients[i]?.add_(gradient) ?? gradient.clone();
                gradient.Dispose();
            }
        }

        other.LossSum.Dispose();
        other.Correct.Dispose();
    }

    /// <summary>Gives the tensors to the enclosing dispose scope.</summary>
    public BatchGradient MoveToOuterDisposeScope()
    {
        LossSum.MoveToOuterDisposeScope();
        Correct.MoveToOuterDisposeScope();
        foreach (var gradient in Gradients)
        {
            gradient?.MoveToOuterDisposeScope();
        }

        return this;
    }
}
