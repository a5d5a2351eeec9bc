using System.Runtime.InteropServices;
using Google.Protobuf;
using Google.Protobuf.Collections;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;
using MaaS.Serving.Protocols.TensorFlow.Schema;

namespace MaaS.Serving.Protocols.TensorFlow.Grpc;

/// <summary>Translates between TensorFlow's messages and tensors.</summary>
/// <remarks>
/// As TensorFlow reads them: the elements are <c>tensor_content</c>, or the values of their type's field, of which the
/// last stands for all that are missing, and zeros where there are none.
/// </remarks>
internal static class TensorProtos
{
    /// <summary>A tensor; its bytes are not copied, so the message must outlive it.</summary>
    /// <exception cref="RequestException">INVALID_ARGUMENT, with what was expected.</exception>
    public static TensorValue Read(string name, TensorProto proto)
    {
        var type = TensorFlowTypes.Find(proto.Dtype)
            ?? throw RequestException.BadRequest(
                $"input '{name}': expected a dtype as DT_FLOAT, got {(int)proto.Dtype}");
        if (proto.TensorShape?.UnknownRank == true)
        {
            throw RequestException.BadRequest($"input '{name}': expected a tensor_shape, got an unknown rank");
        }

        long[] shape = [.. proto.TensorShape?.Dim.Select(d => d.Size) ?? []];
        if (!proto.TensorContent.IsEmpty)
        {
            return type == ElementType.String
                ? TensorValue.OfStrings(ReadStrings(name, proto.TensorContent.Span, shape), shape)
                : BinaryTensor.Read(name, type, shape, proto.TensorContent.Memory);
        }

        return type switch
        {
            ElementType.Float32 => Same(name, proto.FloatVal, shape),
            ElementType.Float64 => Same(name, proto.DoubleVal, shape),
            ElementType.Int64 => Same(name, proto.Int64Val, shape),
            ElementType.UInt64 => Same(name, proto.Uint64Val, shape),
            ElementType.Int32 => Same(name, proto.IntVal, shape),
            ElementType.UInt32 => Same(name, proto.Uint32Val, shape),
            ElementType.Bool => Same(name, proto.BoolVal, shape),
            ElementType.Int16 => Narrow<short>(name, proto.IntVal, shape),
            ElementType.Int8 => Narrow<sbyte>(name, proto.IntVal, shape),
            ElementType.UInt16 => Narrow<ushort>(name, proto.IntVal, shape),
            ElementType.UInt8 => Narrow<byte>(name, proto.IntVal, shape),
            ElementType.Float16 or ElementType.BFloat16 => Bits(name, type, proto.HalfVal, shape),
            _ => TensorValue.OfStrings(
                Fill(name, proto.StringVal, shape, ByteString.Empty, static v => ByteText.Decode(v.Span)), shape),
        };
    }

    /// <summary>A message of its own, in the field of the tensor's type: clients read <c>float_val</c> and its
    /// like.</summary>
    public static TensorProto Write(TensorValue tensor)
    {
        var proto = new TensorProto { Dtype = TensorFlowTypes.Of(tensor.Type), TensorShape = new TensorShapeProto() };
        foreach (var size in tensor.Shape)
        {
            proto.TensorShape.Dim.Add(new TensorShapeProto.Types.Dim { Size = size });
        }

        switch (tensor.Type)
        {
            case ElementType.Float32:
                Add(proto.FloatVal, tensor.AsSpan<float>(), static v => v);
                break;
            case ElementType.Float64:
                Add(proto.DoubleVal, tensor.AsSpan<double>(), static v => v);
                break;
            case ElementType.Int64:
                Add(proto.Int64Val, tensor.AsSpan<long>(), static v => v);
                break;
            case ElementType.UInt64:
                Add(proto.Uint64Val, tensor.AsSpan<ulong>(), static v => v);
                break;
            case ElementType.Int32:
                Add(proto.IntVal, tensor.AsSpan<int>(), static v => v);
                break;
            case ElementType.UInt32:
                Add(proto.Uint32Val, tensor.AsSpan<uint>(), static v => v);
                break;
            case ElementType.Bool:
                Add(proto.BoolVal, tensor.AsSpan<bool>(), static v => v);
                break;
            case ElementType.Int16:
                Add(proto.IntVal, tensor.AsSpan<short>(), static v => v);
                break;
            case ElementType.Int8:
                Add(proto.IntVal, tensor.AsSpan<sbyte>(), static v => v);
                break;
            case ElementType.UInt16:
                Add(proto.IntVal, tensor.AsSpan<ushort>(), static v => v);
                break;
            case ElementType.UInt8:
                Add(proto.IntVal, tensor.AsSpan<byte>(), static v => v);
                break;
            case ElementType.Float16 or ElementType.BFloat16:
                Add(proto.HalfVal, tensor.AsSpan<ushort>(), static v => v);
                break;
            default:
                Add(proto.StringVal, tensor.Strings, static v => ByteString.CopyFrom(ByteText.Encode(v)));
                break;
        }

        return proto;
    }

    private static void Add<TFrom, TTo>(RepeatedField<TTo> field, ReadOnlySpan<TFrom> values, Func<TFrom, TTo> convert)
    {
        field.Capacity = values.Length;
        foreach (var value in values)
        {
            field.Add(convert(value));
        }
    }

    private static TensorValue Same<T>(string name, RepeatedField<T> values, long[] shape)
        where T : unmanaged
        => TensorValue.Of(Fill(name, values, shape, default, static v => v), shape);

    private static TensorValue Narrow<T>(string name, RepeatedField<int> values, long[] shape)
        where T : unmanaged, System.Numerics.INumberBase<T>
    {
        try
        {
            return TensorValue.Of(Fill(name, values, shape, 0, T.CreateChecked), shape);
        }
        catch (OverflowException)
        {
            throw RequestException.BadRequest(
                $"input '{name}': expected values that fit {ElementTypes.Of<T>().Name()}, got larger ones");
        }
    }

    private static TensorValue Bits(string name, ElementType type, RepeatedField<int> values, long[] shape)
    {
        var bits = Fill(name, values, shape, 0, v => v is >= 0 and <= ushort.MaxValue ? (ushort)v
            : throw RequestException.BadRequest(
                $"input '{name}': expected the 16 bits of {type.Name()} as half_val, got {v}"));
        return new TensorValue(type, shape, MemoryMarshal.AsBytes(bits.AsSpan()).ToArray());
    }

    /// <summary>As many values as the shape asks for.</summary>
    private static TTo[] Fill<TFrom, TTo>(
        string name, RepeatedField<TFrom> values, long[] shape, TFrom none, Func<TFrom, TTo> convert)
    {
        var count = BinaryTensor.Count(name, shape);
        if (values.Count > count)
        {
            throw RequestException.BadRequest(
                $"input '{name}': expected at most {count} values for the shape [{string.Join(',', shape)}], got "
                    + $"{values.Count}");
        }

        // A shape alone must not take memory that its message does not: a client could ask for any amount.
        if (count > values.Count && count > MaxRepeated)
        {
            throw RequestException.BadRequest(
                $"input '{name}': expected {count} values for the shape [{string.Join(',', shape)}], got "
                    + $"{values.Count}; "
                + $"values are repeated up to {MaxRepeated} times");
        }

        var filled = new TTo[count];
        for (var i = 0; i < values.Count; i++)
        {
            filled[i] = convert(values[i]);
        }

        if (count > values.Count)
        {
            filled.AsSpan(values.Count).Fill(values.Count > 0 ? filled[values.Count - 1] : convert(none));
        }

        return filled;
    }

    private const int MaxRepeated = 1 << 20;

    /// <summary>TensorFlow's own encoding of strings: every length as a varint, then all bytes.</summary>
    private static string[] ReadStrings(string name, ReadOnlySpan<byte> content, long[] shape)
    {
        var count = BinaryTensor.Count(name, shape);
        if (count > content.Length)
        {
            throw WrongStrings(name, count);
        }

        var lengths = new int[count];
        var at = 0;
        for (var i = 0; i < lengths.Length; i++)
        {
            lengths[i] = Varint(content, ref at) ?? throw WrongStrings(name, count);
        }

        var strings = new string[count];
        for (var i = 0; i < strings.Length; i++)
        {
            if (lengths[i] > content.Length - at)
            {
                throw WrongStrings(name, count);
            }

            strings[i] = ByteText.Decode(content.Slice(at, lengths[i]));
            at += lengths[i];
        }

        return at == content.Length ? strings : throw WrongStrings(name, count);
    }

    private static int? Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        long value = 0;
        for (var shift = 0; shift < 35 && at < bytes.Length; shift += 7)
        {
            var next = bytes[at++];
            value |= (long)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value <= int.MaxValue ? (int)value : null;
            }
        }

        return null;
    }

    private static RequestException WrongStrings(string name, long count)
        => RequestException.BadRequest(
            $"input '{name}': expected as tensor_content {count} lengths and then as many texts, got other bytes");
}
