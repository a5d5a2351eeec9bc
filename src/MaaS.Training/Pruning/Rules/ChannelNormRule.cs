using MaaS.Training.Pruning.Analysis;

namespace MaaS.Training.Pruning.Rules;

/// <summary>Normalisation of each channel by itself: batch norm, instance norm.</summary>
internal sealed class ChannelNormRule : IChannelRule
{
    public IEnumerable<string> Operators { get; } =
        ["batch_norm", "native_batch_norm", "cudnn_batch_norm", "_batch_norm_impl_index", "instance_norm"];

    public void Apply(ChannelCall call)
    {
        var input = call.Tensor("input");
        var channels = input.Axes[1];
        foreach (var name in (string[])["weight", "bias", "running_mean", "running_var"])
        {
            if (call.OptionalTensor(name) is { } parameter)
            {
                channels = call.Join(channels, parameter.Axes[0], "normalises an input whose channels are fixed");
            }
        }

        for (var axis = 2; axis < input.Rank; axis++)
        {
            call.Pin(input.Axes[axis], "normalises over them");
        }

        var axes = new int[]?[input.Rank];
        (axes[0], axes[1]) = (input.Axes[0], channels);
        var normalised = new ChannelTensor(input.Shape, axes);
        call.Return([normalised, .. call.OutputShapes.Skip(1).Select(ChannelTensor.Plain)]);
    }
}
