using static TorchSharp.torch;

namespace MaaS.Training.Fitting;

/// <summary>Lays a batch out in memory.</summary>
internal static class BatchLayout
{
    /// <summary>The batch in the wanted number type and memory layout.</summary>
    /// <param name="inputs">(B, …), float32, or token ids of an integer type, which stay; images are (B, C, H, W).</param>
    public static Tensor Prepare(Tensor inputs, bool channelsLast, TrainingPrecision precision = TrainingPrecision.Fp32)
    {
        if (precision == TrainingPrecision.Bf16 && inputs.is_floating_point())
        {
            inputs = inputs.to(ScalarType.BFloat16);
        }

        return channelsLast && inputs.dim() == 4 ? ChannelsLast(inputs) : inputs;
    }

    // Strides (HWC, 1, WC, C) make torch choose channels-last operators throughout, for the max-pooling in particular.
    private static Tensor ChannelsLast(Tensor x)
    {
        var (b, c, h, w) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3]);
        return c == 1
            ? x.reshape(b, h, w).unsqueeze(3).permute(0, 3, 1, 2)          // contiguous() would keep the strides of one channel
            : x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
    }
}
