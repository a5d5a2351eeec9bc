using MaaS.Training.Interop;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Loop;

/// <summary>Loss, measures and gradients of a batch or a part of one. The gradients belong to no dispose
/// scope.</summary>
internal sealed class BatchGradient : IDisposable
{
    // What autograd gives may share its memory among parameters; only what does not is added to in place.
    private readonly bool[] _own;

    /// <param name="lossSum">The sum of the losses.</param>
    /// <param name="weight">What the loss is a sum over.</param>
    /// <param name="means">What else was measured: sums and counts by name.</param>
    /// <param name="gradients">One for each parameter, null for those without influence: of the loss's sum; taken out
    /// of their dispose scope.</param>
    public BatchGradient(
        double lossSum, double weight, List<(string Name, double Sum, double Count)> means, Tensor?[] gradients)
    {
        (LossSum, Weight, Means, Gradients) = (lossSum, weight, means, gradients);
        _own = new bool[gradients.Length];
        foreach (var gradient in gradients)
        {
            gradient?.DetachFromDisposeScope();
        }
    }

    /// <summary>The sum of the losses.</summary>
    public double LossSum { get; private set; }

    /// <summary>What the loss is a sum over.</summary>
    public double Weight { get; private set; }

    /// <summary>What else was measured: sums and counts by name.</summary>
    public List<(string Name, double Sum, double Count)> Means { get; }

    /// <summary>One for each parameter, null for those without influence: of the loss's sum.</summary>
    public Tensor?[] Gradients { get; }

    /// <summary>Adds another batch or part, and disposes it.</summary>
    public void Add(BatchGradient other)
    {
        using var noGrad = no_grad();
        using (other)
        {
            LossSum += other.LossSum;
            Weight += other.Weight;
            Means.AddRange(other.Means);
            Claim();
            for (var i = 0; i < Gradients.Length; i++)
            {
                if (other.Gradients[i] is { } gradient)
                {
                    Add(i, gradient, other);
                }
            }
        }
    }

    public void Dispose()
    {
        foreach (var gradient in Gradients)
        {
            gradient?.Dispose();
        }
    }

    private void Add(int i, Tensor gradient, BatchGradient other)
    {
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

    // Gradients whose memory begins at different places, and which have no gaps, are different tensors.
    private unsafe void Claim()
    {
        var places = new HashSet<nint>();
        foreach (var gradient in Gradients)
        {
            if (gradient is null)
            {
                continue;
            }

            if (gradient.device_type != DeviceType.CPU || gradient.dtype != ScalarType.Float32
                || !gradient.is_contiguous())
            {
                return;
            }

            fixed (float* first = FloatSpan.Of(gradient))
            {
                if (!places.Add((nint)first))
                {
                    return;
                }
            }
        }

        for (var i = 0; i < _own.Length; i++)
        {
            _own[i] |= Gradients[i] is not null;
        }
    }
}
