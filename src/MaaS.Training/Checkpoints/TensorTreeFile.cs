using MaaS.Training.Data;

namespace MaaS.Training.Checkpoints;

/// <summary>The tensors of a batch as a safetensors file.</summary>
public static class TensorTreeFile
{
    /// <summary>Writes the tensors under the names of their places, whole or not at all.</summary>
    /// <param name="path">Replaced when it exists.</param>
    /// <param name="tree">What a batch holds; a lone tensor is called <c>batch</c>.</param>
    /// <param name="metadata">Free text to leave in the file.</param>
    /// <exception cref="IOException">The file cannot be written, as on a full disk.</exception>
    public static void Save(string path, object? tree, IReadOnlyDictionary<string, string>? metadata = null)
        => ModelWeights.Write(
            path,
            TensorTree.Named(tree).ToDictionary(static t => t.Key.Length == 0 ? "batch" : t.Key, static t => t.Value),
            metadata);
}
