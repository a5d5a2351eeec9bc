using System.Runtime.InteropServices;
using System.Text.Json;
using MaaS.Onnx.Inference;

namespace MaaS.Serving.Json;

/// <summary>Writes tensors as JSON; values that are not finite as <see cref="NonFiniteNumbers"/> says.</summary>
internal static class TensorJsonWriter
{
    /// <summary>Writes a tensor, or one row of its first axis, as nested arrays; a scalar as a bare value.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="tensor">What.</param>
    /// <param name="row">Index on the first axis; null for all.</param>
    public static void WriteNested(Utf8JsonWriter writer, TensorValue tensor, int? row = null)
    {
        var shape = row is null ? tensor.Shape : tensor.Shape[1..];
        long size = 1;
        foreach (var axis in shape)
        {
            size *= axis;
        }

        WriteNested(writer, tensor, shape, (row ?? 0) * size);
    }

    /// <summary>Writes all elements as one array.</summary>
    public static void WriteFlat(Utf8JsonWriter writer, TensorValue tensor)
        => WriteRun(writer, tensor, 0, tensor.Count);

    private static void WriteNested(Utf8JsonWriter writer, TensorValue tensor, ReadOnlySpan<long> shape, long start)
    {
        if (shape.Length == 0)
        {
            WriteValues(writer, tensor, start, 1);
            return;
        }

        if (shape.Length == 1)
        {
            WriteRun(writer, tensor, start, shape[0]);
            return;
        }

        long stride = 1;
        foreach (var axis in shape[1..])
        {
            stride *= axis;
        }

        writer.WriteStartArray();
        for (long i = 0; i < shape[0]; i++)
        {
            WriteNested(writer, tensor, shape[1..], start + i * stride);
        }

        writer.WriteEndArray();
    }

    private static void WriteRun(Utf8JsonWriter writer, TensorValue tensor, long start, long count)
    {
        writer.WriteStartArray();
        WriteValues(writer, tensor, start, count);
        writer.WriteEndArray();
    }

    private static void WriteValues(Utf8JsonWriter writer, TensorValue tensor, long start, long count)
    {
        switch (tensor.Type)
        {
            case ElementType.Float32:
                foreach (var v in Slice<float>(tensor, start, count))
                {
                    Write(writer, v);
                }

                break;
            case ElementType.Float64:
                foreach (var v in Slice<double>(tensor, start, count))
                {
                    Write(writer, v);
                }

                break;
            case ElementType.Float16:
                foreach (var v in Slice<Half>(tensor, start, count))
                {
                    Write(writer, (float)v);
                }

                break;
            case ElementType.BFloat16:
                foreach (var v in Slice<ushort>(tensor, start, count))
                {
                    Write(writer, BitConverter.UInt32BitsToSingle((uint)v << 16));
                }

                break;
            case ElementType.Bool:
                foreach (var v in Slice<byte>(tensor, start, count))
                {
                    writer.WriteBooleanValue(v != 0);
                }

                break;
            case ElementType.String:
                foreach (var v in tensor.Strings.Slice((int)start, (int)count))
                {
                    NonText.Write(writer, v);
                }

                break;
            case ElementType.UInt64:
                foreach (var v in Slice<ulong>(tensor, start, count))
                {
                    writer.WriteNumberValue(v);
                }

                break;
            default:
                WriteIntegers(writer, tensor, start, count);
                break;
        }
    }

    private static void WriteIntegers(Utf8JsonWriter writer, TensorValue tensor, long start, long count)
    {
        for (var i = (int)start; i < start + count; i++)
        {
            writer.WriteNumberValue(tensor.Type switch
            {
                ElementType.Int64 => tensor.AsSpan<long>()[i],
                ElementType.Int32 => tensor.AsSpan<int>()[i],
                ElementType.Int16 => tensor.AsSpan<short>()[i],
                ElementType.Int8 => tensor.AsSpan<sbyte>()[i],
                ElementType.UInt32 => tensor.AsSpan<uint>()[i],
                ElementType.UInt16 => tensor.AsSpan<ushort>()[i],
                ElementType.UInt8 => tensor.AsSpan<byte>()[i],
                _ => throw new NotSupportedException($"JSON carries no {tensor.Type.Name()} values."),
            });
        }
    }

    /// <summary>Writes a number, or the token that TensorFlow Serving uses where it is not finite.</summary>
    public static void Write(Utf8JsonWriter writer, float value)
    {
        if (float.IsFinite(value))
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            NonFinite.Write(writer, value);
        }
    }

    private static void Write(Utf8JsonWriter writer, double value)
    {
        if (double.IsFinite(value))
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            NonFinite.Write(writer, value);
        }
    }

    private static ReadOnlySpan<T> Slice<T>(TensorValue tensor, long start, long count)
        where T : unmanaged
        => MemoryMarshal.Cast<byte, T>(tensor.Data.Span).Slice((int)start, (int)count);
}
