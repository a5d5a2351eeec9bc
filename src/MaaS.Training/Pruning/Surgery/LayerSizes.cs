using static TorchSharp.torch;

namespace MaaS.Training.Pruning.Surgery;

/// <summary>Keeps what layers remember about their sizes true.</summary>
internal static class LayerSizes
{
    private static readonly ILayerSizes[] Kinds = [new ConvolutionSizes(), new LinearSizes(), new NormSizes()];

    /// <summary>Updates a module and all below it; gives the ways back.</summary>
    public static IReadOnlyList<Action> Update(nn.Module module)
        => [.. module.named_modules().Select(static m => m.module).Prepend(module)
            .SelectMany(static layer => Kinds.Select(kind => kind.Update(layer))).OfType<Action>()];
}
