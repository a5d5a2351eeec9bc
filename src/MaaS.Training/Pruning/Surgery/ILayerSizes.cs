using static TorchSharp.torch;

namespace MaaS.Training.Pruning.Surgery;

/// <summary>A kind of layer that remembers sizes of its parameters.</summary>
internal interface ILayerSizes
{
    /// <summary>Sets what a layer remembers to the shapes its parameters have.</summary>
    /// <returns>Sets it back; null where the module is of another kind or nothing changed.</returns>
    Action? Update(nn.Module module);
}
