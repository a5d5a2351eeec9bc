using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using MaaS.Onnx.Inference;
using MaaS.Serving.Faults;

namespace MaaS.Serving.Protocols.OpenInference;

/// <summary>
/// The classification extension: an output's largest values as text, <c>value:index</c> or <c>value:index:label</c>.
/// </summary>
internal static class Classification
{
    /// <summary>The largest values of every row, the largest first.</summary>
    /// <param name="output">Scores: (N, …) where the model has a batch axis, else any shape.</param>
    /// <param name="spec">What the model says of the output.</param>
    /// <param name="count">How many of each row; more than there are give all.</param>
    /// <param name="labels">Names by index; null for none.</param>
    /// <returns>Strings of shape (N, count), or (count) without a batch axis.</returns>
    /// <exception cref="RequestException">400: the output has no numbers.</exception>
    public static TensorValue Top(TensorValue output, TensorSpec spec, int count, IReadOnlyList<string>? labels)
    {
        var data = output.Data.Span;
        return output.Type switch
        {
            ElementType.Float32 => Top(MemoryMarshal.Cast<byte, float>(data), output, spec, count, labels),
            ElementType.Float64 => Top(MemoryMarshal.Cast<byte, double>(data), output, spec, count, labels),
            ElementType.Float16 => Top(MemoryMarshal.Cast<byte, Half>(data), output, spec, count, labels),
            ElementType.BFloat16
                => Top<float>(Widen(MemoryMarshal.Cast<byte, ushort>(data)), output, spec, count, labels),
            ElementType.Int64 => Top(MemoryMarshal.Cast<byte, long>(data), output, spec, count, labels),
            ElementType.Int32 => Top(MemoryMarshal.Cast<byte, int>(data), output, spec, count, labels),
            ElementType.Int16 => Top(MemoryMarshal.Cast<byte, short>(data), output, spec, count, labels),
            ElementType.Int8 => Top(MemoryMarshal.Cast<byte, sbyte>(data), output, spec, count, labels),
            ElementType.UInt64 => Top(MemoryMarshal.Cast<byte, ulong>(data), output, spec, count, labels),
            ElementType.UInt32 => Top(MemoryMarshal.Cast<byte, uint>(data), output, spec, count, labels),
            ElementType.UInt16 => Top(MemoryMarshal.Cast<byte, ushort>(data), output, spec, count, labels),
            ElementType.UInt8 => Top(data, output, spec, count, labels),
            _
                => throw RequestException.BadRequest(
                    $"classification: expected an output of numbers, '{spec.Name}' has {output.Type.ProtocolName()}"),
        };
    }

    private static TensorValue Top<T>(
        ReadOnlySpan<T> values, TensorValue output, TensorSpec spec, int count, IReadOnlyList<string>? labels)
        where T : unmanaged, INumber<T>
    {
        var rows = spec.HasBatchAxis() ? (int)output.Shape[0] : 1;
        var classes = rows == 0 ? 0 : values.Length / rows;
        var names = labels?.Count == classes ? labels : null;
        count = Math.Min(count, classes);

        var texts = new string[rows * count];
        for (var row = 0; row < rows; row++)
        {
            var scores = values.Slice(row * classes, classes).ToArray();
            foreach (var (rank, index) in Enumerable.Range(0, classes).OrderByDescending(i => scores[i]).Take(count)
                .Index())
            {
                var value = scores[index].ToString(format: null, CultureInfo.InvariantCulture);
                texts[(row * count) + rank] = names is null ? $"{value}:{index}" : $"{value}:{index}:{names[index]}";
            }
        }

        return TensorValue.OfStrings(texts, spec.HasBatchAxis() ? [rows, count] : [count]);
    }

    private static float[] Widen(ReadOnlySpan<ushort> bits)
    {
        var values = new float[bits.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = BitConverter.UInt32BitsToSingle((uint)bits[i] << 16);
        }

        return values;
    }
}
