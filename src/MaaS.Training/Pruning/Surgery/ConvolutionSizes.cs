using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Training.Pruning.Surgery;

/// <summary>Convolutions check their input against <c>in_channels</c>, and depthwise ones have a group for each
/// channel.</summary>
internal sealed class ConvolutionSizes : ILayerSizes
{
    public Action? Update(nn.Module module)
    {
        if (module is not Convolution layer)
        {
            return null;
        }

        var (inputs, outputs, groups) = (layer.in_channels, layer.out_channels, layer.groups);
        var (first, second) = (layer.weight.shape[0], layer.weight.shape[1]);
        if (first == (layer.transposed ? inputs : outputs)
            && second == (layer.transposed ? outputs : inputs) / groups)
        {
            return null;
        }

        var depthwise = groups > 1 && groups == inputs;
        var newGroups = !depthwise ? groups : layer.transposed ? first : first / (outputs / groups);
        var others = second * newGroups;
        Set(layer, layer.transposed ? first : others, layer.transposed ? others : first, newGroups);
        return () => Set(layer, inputs, outputs, groups);
    }

    private static void Set(Convolution layer, long inputs, long outputs, long groups)
    {
        ReadOnlyProperty.Set(layer, typeof(Convolution), nameof(layer.in_channels), inputs);
        ReadOnlyProperty.Set(layer, typeof(Convolution), nameof(layer.out_channels), outputs);
        layer.groups = groups;
    }
}
