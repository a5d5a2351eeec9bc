using MaaS.Core.Inference;
using MaaS.Core.Packages;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Models;

/// <summary>Weights in safetensors files, by their state-dict names.</summary>
public static class ModelWeights
{
    private static readonly (ElementType Stored, ScalarType Type)[] Types =
    [
        (ElementType.Float32, ScalarType.Float32), (ElementType.Float64, ScalarType.Float64),
        (ElementType.Float16, ScalarType.Float16), (ElementType.BFloat16, ScalarType.BFloat16),
        (ElementType.Int64, ScalarType.Int64), (ElementType.Int32, ScalarType.Int32), (ElementType.UInt8, ScalarType.Byte),
        (ElementType.Bool, ScalarType.Bool),
    ];

    /// <summary>Writes a model's parameters and buffers, whole or not at all.</summary>
    /// <param name="path">Replaced when it exists.</param>
    /// <param name="model">Any module, on any device.</param>
    /// <param name="metadata">Free text to leave in the file.</param>
    public static void Save(string path, nn.Module model, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        Write(path, model.state_dict(), metadata);
    }

    /// <summary>Puts saved values into a model's parameters and buffers; nothing changes when one of them does not fit.</summary>
    /// <param name="path">A safetensors file whose names and shapes are the model's.</param>
    /// <param name="model">Any module, on any device.</param>
    /// <returns>The file's metadata.</returns>
    /// <exception cref="InvalidDataException">The file is damaged, or lacks a tensor of the model, or has it in another shape.</exception>
    public static IReadOnlyDictionary<string, string> Load(string path, nn.Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Read(path, model.state_dict());
    }

    internal static void Write(
        string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var scope = NewDisposeScope();
        SafeTensorsFile.Write(path, tensors.ToDictionary(static t => t.Key, static t => Value(t.Key, t.Value)), metadata);
    }

    internal static IReadOnlyDictionary<string, string> Read(string path, IReadOnlyDictionary<string, Tensor> targets)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var file = SafeTensorsFile.Open(path);
        var entries = file.Entries.ToDictionary(static e => e.Name, StringComparer.Ordinal);
        foreach (var (name, target) in targets)
        {
            if (!entries.TryGetValue(name, out var entry) || !entry.Shape.SequenceEqual(target.shape))
            {
                throw new InvalidDataException(
                    $"{path}: expected {name} ({string.Join(",", target.shape)}), got "
                    + $"{(entry is null ? "no such tensor" : $"({string.Join(",", entry.Shape)})")}; the file belongs to another model.");
            }
        }

        foreach (var (name, target) in targets)
        {
            target.copy_(Tensor(file[name]));
        }

        return new Dictionary<string, string>(file.Metadata);
    }

    private static TensorValue Value(string name, Tensor tensor)
    {
        var index = Array.FindIndex(Types, t => t.Type == tensor.dtype);
        return index < 0
            ? throw new NotSupportedException($"{name}: expected a number type that safetensors has, got {tensor.dtype}.")
            : new TensorValue(Types[index].Stored, tensor.shape, tensor.detach().cpu().contiguous().bytes.ToArray());
    }

    private static Tensor Tensor(TensorValue value)
    {
        var index = Array.FindIndex(Types, t => t.Stored == value.Type);
        if (index < 0)
        {
            throw new NotSupportedException($"safetensors: expected a number type that torch has, got {value.Type}.");
        }

        var tensor = empty(value.Shape.ToArray(), Types[index].Type);
        value.Data.Span.CopyTo(tensor.bytes);
        return tensor;
    }
}
