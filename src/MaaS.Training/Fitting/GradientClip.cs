using static TorchSharp.torch;

namespace MaaS.Training.Fitting;

/// <summary>Scales gradients so that their common 2-norm stays under a limit, as PyTorch's clip_grad_norm_
/// does.</summary>
internal static class GradientClip
{
    public static void Apply(IEnumerable<Tensor?> gradients, double limit)
    {
        using var noGrad = no_grad();
        var present = gradients.OfType<Tensor>().ToArray();
        var norm = stack(present.Select(static g => g.norm())).norm().item<float>();
        var factor = limit / (norm + 1e-6);
        if (factor < 1)
        {
            foreach (var gradient in present)
            {
                gradient.mul_(factor);
            }
        }
    }
}
