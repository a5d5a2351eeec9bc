using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Normalisation of each channel of each sample (Ulyanov et al. 2016).</summary>
public abstract class InstanceNorm : NormBase
{
    public InstanceNorm(long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype, string name)
        : base(num_features, eps, momentum ?? 0.1, affine, track_running_stats, device, dtype, name)
    {
    }

    /// <summary>Dimensions of one sample, channels included.</summary>
    protected abstract long GetNumberOfBatchDimensions();

    public override Tensor forward(Tensor input)
    {
        ValidateInputDimensions(input);
        var channel = (int)(input.dim() - GetNumberOfBatchDimensions());
        if (input.shape[channel] != num_features)
            throw new ArgumentException(
                $"expected input's size at dim={channel} to match num_features ({num_features}), but got: {input.shape[channel]}.");
        if (channel == 1) return Normalise(input);
        using var batch = input.unsqueeze(0);
        using var result = Normalise(batch);
        return result.squeeze(0);
    }

    private Tensor Normalise(Tensor input) => nn.functional.instance_norm(input, running_mean, running_var, weight, bias,
        training || !track_running_stats, momentum ?? 0.1, eps);
}
