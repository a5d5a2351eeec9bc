using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Training.Pruning.Surgery;

/// <summary>Batch and instance norm say how many channels they have.</summary>
internal sealed class NormSizes : ILayerSizes
{
    public Action? Update(nn.Module module)
    {
        if (module is not NormBase layer || (layer.running_mean ?? layer.weight) is not { } parameter
            || parameter.shape[0] == layer.num_features)
        {
            return null;
        }

        var before = layer.num_features;
        ReadOnlyProperty.Set(layer, typeof(NormBase), nameof(layer.num_features), parameter.shape[0]);
        return () => ReadOnlyProperty.Set(layer, typeof(NormBase), nameof(layer.num_features), before);
    }
}
