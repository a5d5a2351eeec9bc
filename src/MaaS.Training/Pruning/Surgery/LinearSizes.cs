using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Training.Pruning.Surgery;

/// <summary>Dense layers say how many features they take and give.</summary>
internal sealed class LinearSizes : ILayerSizes
{
    public Action? Update(nn.Module module)
    {
        if (module is not Linear layer || (layer.weight.shape is [var outputs, var inputs] && outputs == layer.out_features && inputs == layer.in_features))
        {
            return null;
        }

        var before = (layer.in_features, layer.out_features);
        (layer.out_features, layer.in_features) = (layer.weight.shape[0], layer.weight.shape[1]);
        return () => (layer.in_features, layer.out_features) = before;
    }
}
