using MaaS.Training.Tracing.LibTorch;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Training.Tracing;

/// <summary>The tables of TorchSharp's embeddings. Forward reads them from libtorch's own module, which refers to the
/// tensor once more than the parameter in C#: where that was exchanged, it has to be told.</summary>
/// <param name="module">A module that holds embeddings.</param>
internal sealed class EmbeddingTables(nn.Module module)
{
    private readonly List<(Embedding Layer, Parameter Table)> _tables = [.. Find(module)];

    /// <summary>Makes every embedding read the tensor to which its parameter refers now.</summary>
    public void Follow()
    {
        foreach (var (layer, table) in _tables)
        {
            layer.weight = table;
        }
    }

    // Where the two differ already, forward reads another table than the parameter: that stays as it is.
    private static IEnumerable<(Embedding Layer, Parameter Table)> Find(nn.Module module)
    {
        using var scope = NewDisposeScope();
        var modules = module.named_modules().Select(static pair => pair.module).Append(module);
        foreach (var layer in modules.OfType<Embedding>())
        {
            var table = layer.named_parameters(recurse: false).Single().parameter;
            if (layer.weight is { } read && TensorHandles.Implementation(read) == TensorHandles.Implementation(table))
            {
                yield return (layer, table);
            }
        }
    }
}
