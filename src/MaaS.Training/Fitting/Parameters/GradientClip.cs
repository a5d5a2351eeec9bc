using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Parameters;

/// <summary>Limits gradients, as PyTorch's clip_grad_norm_ and clip_grad_value_ do.</summary>
internal static class GradientClip
{
    /// <summary>The 2-norm of all gradients together.</summary>
    public static double Norm(IEnumerable<Tensor?> gradients)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var norms = gradients.OfType<Tensor>().Select(static g => g.norm()).ToArray();
        return norms.Length == 0 ? 0 : stack(norms).norm().item<float>();
    }

    /// <summary>The factor that brings gradients of a norm under a limit; at most 1.</summary>
    public static double Factor(double norm, double limit) => Math.Min(1, limit / (norm + 1e-6));

    /// <summary>Brings every element into −limit…limit, in place.</summary>
    public static void Values(IEnumerable<Tensor?> gradients, double limit)
    {
        using var noGrad = no_grad();
        foreach (var gradient in gradients.OfType<Tensor>())
        {
            gradient.clamp_(-limit, limit);
        }
    }
}
