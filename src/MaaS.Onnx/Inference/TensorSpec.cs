using System.Globalization;

namespace MaaS.Onnx.Inference;

/// <summary>What a model expects of an input or promises of an output.</summary>
/// <param name="Name">The tensor's name in the model.</param>
/// <param name="Type">Type of its elements.</param>
/// <param name="Shape">Size of each axis; -1 where any size will do.</param>
public sealed record TensorSpec(string Name, ElementType Type, IReadOnlyList<long> Shape)
{
    /// <summary>The model's names of the axes, as <c>batch</c>; null for an axis of fixed size or without a
    /// name.</summary>
    public IReadOnlyList<string?> AxisNames { get; init; } = [];

    /// <summary>Whether the first axis takes any size, as a batch axis does.</summary>
    public bool HasBatchAxis() => Shape is [-1, ..];

    /// <summary>Shape in which every free axis has one size.</summary>
    /// <param name="freeSize">Size of the axes that are -1.</param>
    public long[] ShapeWith(long freeSize) => [.. Shape.Select(s => s < 0 ? freeSize : s)];

    /// <summary>Says what is wrong with a tensor, or null when it fits.</summary>
    public string? Mismatch(TensorValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value.Type == Type && Fits(value.Shape)
            ? null : $"input '{Name}': expected {Description()}, got {value}";
    }

    /// <summary>Whether a shape fits.</summary>
    public bool Fits(ReadOnlySpan<long> shape)
    {
        if (shape.Length != Shape.Count)
        {
            return false;
        }

        for (var i = 0; i < shape.Length; i++)
        {
            if (Shape[i] >= 0 && Shape[i] != shape[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>As <c>float32[batch,1,28,28]</c>.</summary>
    public string Description()
    {
        var sizes = Shape.Select(
            (s, i) => s >= 0 ? s.ToString(CultureInfo.InvariantCulture) : AxisNames.ElementAtOrDefault(i) ?? "-1");
        return $"{Type.Name()}[{string.Join(',', sizes)}]";
    }

    /// <summary>As <c>image: float32[batch,1,28,28]</c>.</summary>
    public override string ToString() => $"{Name}: {Description()}";

    /// <summary>Same name, type and shape; the names of axes make no difference.</summary>
    public bool Equals(TensorSpec? other)
        => other is not null && Name == other.Name && Type == other.Type && Shape.SequenceEqual(other.Shape);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Type, Shape.Count);

    /// <summary>Fails where tensors are not those that a model takes.</summary>
    /// <exception cref="ModelInputException">A tensor is missing, too much or of another type or shape.</exception>
    internal static void Check(
        string model, IReadOnlyList<TensorSpec> specs, ReadOnlySpan<TensorValue> inputs)
    {
        if (inputs.Length != specs.Count)
        {
            throw new ModelInputException(
                $"{model}: expected {specs.Count} inputs ({string.Join("; ", specs)}), got {inputs.Length}.");
        }

        for (var i = 0; i < inputs.Length; i++)
        {
            if (specs[i].Mismatch(inputs[i]) is { } mismatch)
            {
                throw new ModelInputException($"{model}: {mismatch}.");
            }
        }
    }
}
