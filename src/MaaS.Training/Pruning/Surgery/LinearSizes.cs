using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Training.Pruning.Surgery;

/// <summary>Dense layers say how many features they take and give.</summary>
internal sealed class LinearSizes : ILayerSizes
{
    public Action? Update(nn.Module module)
    {
        if (module is not Linear layer)
        {
            return null;
        }

        var before = (layer.in_features, layer.out_features);
        var now = (layer.weight.shape[1], layer.weight.shape[0]);
        if (before == now)
        {
            return null;
        }

        (layer.in_features, layer.out_features) = now;
        return () => (layer.in_features, layer.out_features) = before;
    }
}
