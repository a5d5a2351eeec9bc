using MaaS.Onnx.Inference;


namespace MaaS.Serving.Models.Triton;

/// <summary>Whether a network is the one that a configuration describes.</summary>
internal static class TritonCheck
{
    /// <exception cref="InvalidDataException">The network has other tensors, types or shapes.</exception>
    public static void ThrowIfUnfit(TritonConfig config, InferenceModel model)
    {
        var hasBatchAxis = config.MaxBatchSize > 0;
        foreach (var tensor in config.Tensors)
        {
            var specs = tensor.IsInput ? model.Inputs : model.Outputs;
            var spec = specs.FirstOrDefault(s => s.Name == tensor.Name) ?? throw new InvalidDataException(
                $"{TritonConfigReader.FileName}: expected {(tensor.IsInput ? "inputs" : "outputs")} among "
                + $"[{string.Join(", ", specs.Select(s => s.Name))}], got '{tensor.Name}'.");
            var type = NameOf(spec.Type);
            if (tensor.Type is not null && tensor.Type != type)
            {
                throw new InvalidDataException(
                    $"{TritonConfigReader.FileName}: '{tensor.Name}': expected {type}, got {tensor.Type}.");
            }

            if (tensor.Dims.Count > 0 && !Fits(tensor.Dims, spec, hasBatchAxis))
            {
                throw new InvalidDataException(
                    $"{TritonConfigReader.FileName}: '{tensor.Name}': expected dims that fit "
                        + $"{spec}{(hasBatchAxis ? ", without its batch axis" : "")}, "
                    + $"got [{string.Join(',', tensor.Dims)}].");
            }
        }

        if (hasBatchAxis && model.Inputs.FirstOrDefault(s => !s.HasBatchAxis()) is { } fixedInput)
        {
            throw new InvalidDataException(
                $"{TritonConfigReader.FileName}: max_batch_size: expected 0 for a model whose first axes are fixed, "
                    + $"as of {fixedInput}, got {config.MaxBatchSize}.");
        }
    }

    /// <summary>The type as configurations name it.</summary>
    public static string NameOf(ElementType type)
        => "TYPE_" + (type == ElementType.String ? "STRING" : type.ProtocolName());

    private static bool Fits(IReadOnlyList<long> dims, TensorSpec spec, bool hasBatchAxis)
    {
        long[] shape = [.. spec.Shape.Skip(hasBatchAxis ? 1 : 0)];

        // A scalar of each row is [1] here, as a configuration has no other word for it.
        return (shape.Length == 0 && dims is [1])
            || (
                shape.Length == dims.Count
                    && shape.Zip(dims).All(p => p.First < 0 || p.Second < 0 || p.First == p.Second));
    }
}
