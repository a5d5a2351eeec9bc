using System.Runtime.InteropServices;
using Google.Protobuf;
using MaaS.Onnx.Schema;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx;

/// <summary>Makes and reads <see cref="TensorProto"/>: row-major values of one element type with a shape.</summary>
public static class OnnxTensor
{
    /// <summary>A tensor with a copy of <paramref name="data"/>.</summary>
    /// <exception cref="ArgumentException">The product of <paramref name="shape"/> is not the number of
    /// values.</exception>
    public static TensorProto Create<T>(string name, ReadOnlySpan<T> data, params ReadOnlySpan<long> shape)
        where T : unmanaged =>
        FromBytes(name, OnnxDataTypes.Of<T>(), shape, ByteString.CopyFrom(MemoryMarshal.AsBytes(data)));

    /// <summary>A tensor over packed little-endian bytes, which are not copied.</summary>
    /// <exception cref="ArgumentException">The byte count does not fit type and shape.</exception>
    public static TensorProto FromBytes(string name, DataType type, ReadOnlySpan<long> shape, ByteString bytes)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = bytes };
        long elements = 1;
        foreach (long size in shape)
        {
            tensor.Dims.Add(size);
            elements = checked(elements * size);
        }
        if (type.Bytes(elements) != bytes.Length)
        {
            throw new ArgumentException(
                $"tensor '{name}': expected {type.Bytes(elements)} bytes for {type.Label()}"
                + $"[{string.Join(',', tensor.Dims)}], got {bytes.Length}", nameof(bytes));
        }
        return tensor;
    }

    /// <summary>A rank-0 tensor.</summary>
    public static TensorProto Scalar<T>(string name, T value) where T : unmanaged => Create<T>(name, [value], []);

    /// <summary>The element type.</summary>
    public static DataType Type(this TensorProto tensor) => (DataType)tensor.DataType;

    /// <summary>The number of elements: the product of the sizes.</summary>
    public static long ElementCount(this TensorProto tensor)
    {
        long count = 1;
        foreach (long size in tensor.Dims)
        {
            count = checked(count * size);
        }

        return count;
    }

    /// <summary>The values as packed little-endian bytes, whichever field holds them.</summary>
    /// <exception cref="InvalidDataException">The data is missing, lies in another file, or has the wrong
    /// length.</exception>
    public static ReadOnlyMemory<byte> Bytes(this TensorProto tensor)
    {
        if (tensor.DataLocation == DataLocation.External)
        {
            throw new InvalidDataException(
                $"tensor '{tensor.Name}': its external data is not loaded; use OnnxModel.Load");
        }

        long expected = tensor.Type().Bytes(tensor.ElementCount());
        var bytes = tensor.HasRawData ? tensor.RawData.Memory : TypedBytes(tensor);
        return bytes.Length == expected
            ? bytes
            : throw new InvalidDataException(
                $"tensor '{tensor.Name}': expected {expected} bytes for {tensor.Type().Label()}"
                + $"[{string.Join(',', tensor.Dims)}], got {bytes.Length}");
    }

    /// <summary>A copy of the values. The element type must be that of <typeparamref name="T"/>.</summary>
    /// <exception cref="InvalidDataException">The element type differs, or the data is malformed.</exception>
    public static T[] ToArray<T>(this TensorProto tensor) where T : unmanaged
    {
        if (tensor.Type() != OnnxDataTypes.Of<T>())
        {
            throw new InvalidDataException(
                $"tensor '{tensor.Name}': expected {OnnxDataTypes.Of<T>().Label()}, got {tensor.Type().Label()}");
        }
        return MemoryMarshal.Cast<byte, T>(tensor.Bytes().Span).ToArray();
    }

    /// <summary>The values of an integer tensor (int32 or int64) as 64-bit numbers.</summary>
    public static long[] ToInt64Array(this TensorProto tensor) => tensor.Type() == DataType.Int32
        ? Array.ConvertAll(tensor.ToArray<int>(), static value => (long)value)
        : tensor.ToArray<long>();

    // The typed fields: int32_data holds every integer of at most 32 bits and, as bit patterns, the 16-bit floats.
    private static byte[] TypedBytes(TensorProto tensor)
    {
        switch (tensor.Type())
        {
            case DataType.Float:
                return AsBytes<float>([.. tensor.FloatData]);
            case DataType.Double:
                return AsBytes<double>([.. tensor.DoubleData]);
            case DataType.Int64:
                return AsBytes<long>([.. tensor.Int64Data]);
            case DataType.Int32:
                return AsBytes<int>([.. tensor.Int32Data]);
            case DataType.Uint64:
                return AsBytes<ulong>([.. tensor.Uint64Data]);
            case DataType.Uint32:
                return AsBytes<uint>([.. tensor.Uint64Data.Select(static value => (uint)value)]);
            case DataType.Bool or DataType.Uint8 or DataType.Int8:
                return [.. tensor.Int32Data.Select(static value => (byte)value)];
            case DataType.Float16 or DataType.Bfloat16 or DataType.Int16 or DataType.Uint16:
                return AsBytes<ushort>([.. tensor.Int32Data.Select(static value => (ushort)value)]);
            default:
                throw new InvalidDataException(
                    $"tensor '{tensor.Name}': {tensor.Type().Label()} without raw data cannot be read");
        }
    }

    private static byte[] AsBytes<T>(T[] values) where T : unmanaged
        => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
}
