using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace MaaS.Training.Interop;

/// <summary>The layers that imitate integers at present, for code that would otherwise go around their hooks.</summary>
internal static class PreparedLayers
{
    private static readonly ConditionalWeakTable<nn.Module, object> Layers = [];

    public static bool TryAdd(nn.Module layer) => Layers.TryAdd(layer, layer.GetType());

    public static void Remove(nn.Module layer) => Layers.Remove(layer);

    public static bool Contains(nn.Module layer) => Layers.TryGetValue(layer, out _);

    /// <summary>Whether a module or a part of it is prepared.</summary>
    public static bool AnyIn(nn.Module module) => Contains(module) || module.modules().Any(Contains);
}
