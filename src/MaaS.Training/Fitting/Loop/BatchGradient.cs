using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Loop;

/// <summary>Loss, measures and gradients of a batch or a part of one. The tensors belong to no dispose scope.</summary>
/// <param name="LossSum">Scalar, float32.</param>
/// <param name="Weight">Scalar: what the loss is a sum over.</param>
/// <param name="Means">What else was measured: sums and counts by name.</param>
/// <param name="Gradients">One for each parameter, null for those without influence: of the loss's sum.</param>
internal sealed record BatchGradient(
    Tensor LossSum, Tensor Weight, List<(string Name, Tensor Sum, Tensor Count)> Means, Tensor?[] Gradients)
    : IDisposable
{
    // What autograd gives may share its memory among parameters; sums are this object's own.
    private readonly bool[] _own = new bool[Gradients.Length];

    /// <summary>Adds another batch or part, in place, and disposes it.</summary>
    public void Add(BatchGradient other)
    {
        using var noGrad = no_grad();
        using (other)
        {
            LossSum.add_(other.LossSum);
            Weight.add_(other.Weight);
            for (var i = 0; i < Gradients.Length; i++)
            {
                if (other.Gradients[i] is not { } gradient)
                {
                    continue;
                }

                if (Gradients[i] is not { } sum)
                {
                    (Gradients[i], other.Gradients[i], _own[i]) = (gradient, null, other._own[i]);
                }
                else if (_own[i])
                {
                    sum.add_(gradient);
                }
                else
                {
                    (Gradients[i], _own[i]) = (sum.add(gradient).DetachFromDisposeScope(), true);
                    sum.Dispose();
                }
            }

            Means.AddRange(other.Means);
            other.Means.Clear();
        }
    }

    /// <summary>Takes the tensors out of the dispose scope that made them.</summary>
    public BatchGradient Detached()
    {
        foreach (var tensor in Tensors())
        {
            tensor.DetachFromDisposeScope();
        }

        return this;
    }

    public void Dispose()
    {
        foreach (var tensor in Tensors())
        {
            tensor.Dispose();
        }
    }

    private IEnumerable<Tensor> Tensors()
        => [
            LossSum, Weight, .. Means.SelectMany(static m => new[] { m.Sum, m.Count }), .. Gradients.OfType<Tensor>(),
        ];
}
