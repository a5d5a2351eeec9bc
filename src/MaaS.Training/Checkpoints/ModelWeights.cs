using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Training.Interop;
using static TorchSharp.torch;

namespace MaaS.Training.Checkpoints;

/// <summary>Weights in safetensors files, by their state-dict names.</summary>
public static class ModelWeights
{
    /// <summary>Writes a model's parameters and buffers, whole or not at all.</summary>
    /// <param name="path">Replaced when it exists.</param>
    /// <param name="model">Any module, on any device.</param>
    /// <param name="metadata">Free text to leave in the file.</param>
    public static void Save(string path, nn.Module model, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        Write(path, model.state_dict(), metadata);
    }

    /// <summary>Puts saved values into a model's parameters and buffers; nothing changes when one of them does not
    /// fit.</summary>
    /// <param name="path">A safetensors file whose names and shapes are the model's.</param>
    /// <param name="model">Any module, on any device.</param>
    /// <returns>The file's metadata.</returns>
    /// <exception cref="InvalidDataException">The file is damaged, or its tensors are not the model's in name and
    /// shape.</exception>
    public static IReadOnlyDictionary<string, string> Load(string path, nn.Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var file = SafeTensorsFile.Open(path);
        Fill(model.state_dict(), file, path);
        return new Dictionary<string, string>(file.Metadata);
    }

    /// <summary>Copies the values of one module into another of the same sizes.</summary>
    /// <param name="source">Has every parameter and buffer of <paramref name="target"/> by name; more are left
    /// alone.</param>
    /// <param name="target">On any device.</param>
    internal static void Copy(nn.Module source, nn.Module target)
    {
        using var noGrad = no_grad();
        var values = source.state_dict();
        foreach (var (name, tensor) in target.state_dict())
        {
            tensor.copy_(values[name]);
        }
    }

    internal static void Write(
        string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata)
            => SafeTensorsFile.Write(path, tensors.Select(static t => TensorValues.Source(t.Key, t.Value)), metadata);

    /// <summary>Copies a file's tensors into others; nothing changes when one of them does not fit.</summary>
    /// <param name="targets">By name; on any device.</param>
    /// <param name="file">Holds these names, and no others.</param>
    /// <param name="path">What errors call the file.</param>
    internal static void Fill(IReadOnlyDictionary<string, Tensor> targets, SafeTensorsFile file, string path)
    {
        Check(targets, file, path);
        Copy(targets, file);
    }

    /// <summary>Checks that a file's tensors fit others.</summary>
    /// <param name="targets">By name.</param>
    /// <param name="file">Holds these names, and no others but those that are to be ignored.</param>
    /// <param name="path">What errors call the file.</param>
    /// <param name="ignored">Starts of the names that the file may hold besides.</param>
    /// <exception cref="InvalidDataException">They do not; the message names the first.</exception>
    internal static void Check(
        IReadOnlyDictionary<string, Tensor> targets, SafeTensorsFile file, string path, params string[] ignored)
    {
        var entries = file.Entries.ToDictionary(static e => e.Name, StringComparer.Ordinal);
        foreach (var (name, target) in targets)
        {
            if (!entries.TryGetValue(name, out var entry) || !entry.Shape.SequenceEqual(target.shape)
                || !TensorValues.HasTorchType(entry.Type))
            {
                throw new InvalidDataException(
                    $"{path}: expected {name} ({string.Join(",", target.shape)}), got "
                    + (entry is null ? "no such tensor" : $"{entry.Type.Name()} ({string.Join(",", entry.Shape)})")
                    + "; the file belongs to another model.");
            }
        }

        if (entries.Keys.FirstOrDefault(
            n => !targets.ContainsKey(n)
                && !Array.Exists(ignored, i => n.StartsWith(i, StringComparison.Ordinal))) is { } extra)
        {
            throw new InvalidDataException(
                $"{path}: expected {targets.Count} tensors, got {extra} as well; the file belongs to another model.");
        }
    }

    /// <summary>Copies a file's tensors into others that were checked before.</summary>
    /// <param name="targets">By name; on any device.</param>
    /// <param name="file">Holds these names.</param>
    internal static void Copy(IReadOnlyDictionary<string, Tensor> targets, SafeTensorsFile file)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();

        // All of them are read before the first is copied: one that cannot be read leaves the targets as they were.
        foreach (var (target, value) in targets.Select(t => (t.Value, TensorValues.ToTensor(file[t.Key]))).ToArray())
        {
            target.copy_(value);
        }
    }
}
