using static TorchSharp.torch;

namespace MaaS.Training.Interop;

/// <summary>Lays a batch out in memory.</summary>
internal static class BatchLayout
{
    /// <summary>The batch in the memory layout that its operators are fastest in.</summary>
    /// <param name="inputs">(B, …); images are (B, C, H, W).</param>
    /// <param name="channelsLast">Whether images are wanted with their channels last in memory.</param>
    public static Tensor Prepare(Tensor inputs, bool channelsLast)
        => channelsLast && inputs.dim() == 4 ? ChannelsLast(inputs) : inputs;

    // Strides (HWC, 1, WC, C) make torch choose channels-last operators throughout, for the max-pooling in particular.
    private static Tensor ChannelsLast(Tensor x)
    {
        var (b, c, h, w) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3]);
        return c == 1
            // contiguous() would keep the strides of one channel
            ? x.reshape(b, h, w).unsqueeze(3).permute(0, 3, 1, 2)
            : x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
    }
}
