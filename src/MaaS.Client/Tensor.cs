using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace MaaS.Client;

/// <summary>A named dense tensor, row-major and little-endian, as it goes over the wire.</summary>
public sealed class Tensor
{
    private Tensor(string name, string datatype, long[] shape, ReadOnlyMemory<byte> data)
    {
        Name = name;
        Datatype = datatype;
        Shape = shape;
        Data = data;
    }

    /// <summary>The input or output.</summary>
    public string Name { get; }

    /// <summary>The protocol's name of the type, as <c>FP32</c>.</summary>
    public string Datatype { get; }

    /// <summary>Size of each axis; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>The elements' bytes; each element of <c>BYTES</c> is a uint32 length and its bytes.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>A tensor of numbers or booleans, which are copied.</summary>
    /// <typeparam name="T"><see cref="float"/>, <see cref="double"/>, <see cref="Half"/>, <see cref="bool"/> or an integer of 8 to 64 bits.</typeparam>
    /// <param name="name">The input.</param>
    /// <param name="data">Row-major elements.</param>
    /// <param name="shape">Sizes; their product is the number of elements.</param>
    /// <exception cref="ArgumentException">The elements do not fit the shape.</exception>
    /// <exception cref="NotSupportedException">The protocol has no such elements.</exception>
    public static Tensor Of<T>(string name, ReadOnlySpan<T> data, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        ThrowIfUnfit(name, data.Length, shape);
        return new Tensor(name, Datatypes.Of<T>().Name, shape.ToArray(), MemoryMarshal.AsBytes(data).ToArray());
    }

    /// <inheritdoc cref="Of{T}(string, ReadOnlySpan{T}, ReadOnlySpan{long})"/>
    public static Tensor Of<T>(string name, T[] data, params ReadOnlySpan<long> shape)
        where T : unmanaged
        => Of<T>(name, data.AsSpan(), shape);

    /// <summary>A tensor of texts.</summary>
    /// <inheritdoc cref="Of{T}(string, ReadOnlySpan{T}, ReadOnlySpan{long})"/>
    public static Tensor OfStrings(string name, IReadOnlyList<string> data, params ReadOnlySpan<long> shape)
    {
        ArgumentNullException.ThrowIfNull(data);
        ThrowIfUnfit(name, data.Count, shape);
        var bytes = new byte[data.Sum(t => sizeof(uint) + Encoding.UTF8.GetByteCount(t))];
        var at = 0;
        foreach (var text in data)
        {
            var length = Encoding.UTF8.GetBytes(text, bytes.AsSpan(at + sizeof(uint)));
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), (uint)length);
            at += sizeof(uint) + length;
        }

        return new Tensor(name, Datatypes.Bytes, shape.ToArray(), bytes);
    }

    /// <summary>The elements as an array; <see cref="ushort"/> shows the bits of FP16 and BF16.</summary>
    /// <exception cref="InvalidOperationException">The elements are of another type.</exception>
    public T[] ToArray<T>()
        where T : unmanaged
    {
        var asked = Datatypes.Of<T>().Name;
        var isBits = typeof(T) == typeof(ushort) && Datatype is "FP16" or "BF16";
        return asked == Datatype || isBits ? MemoryMarshal.Cast<byte, T>(Data.Span).ToArray()
            : throw new InvalidOperationException($"Tensor.ToArray: expected '{Name}' to be read as {Datatype}, got {asked}.");
    }

    /// <summary>The elements of a tensor of texts.</summary>
    /// <exception cref="InvalidOperationException">The elements are no texts.</exception>
    public string[] ToStrings()
    {
        if (Datatype != Datatypes.Bytes)
        {
            throw new InvalidOperationException($"Tensor.ToStrings: expected '{Name}' to hold BYTES, it holds {Datatype}; use ToArray.");
        }

        List<string> texts = [];
        for (var rest = Data.Span; !rest.IsEmpty;)
        {
            var length = (int)BinaryPrimitives.ReadUInt32LittleEndian(rest);
            texts.Add(Encoding.UTF8.GetString(rest.Slice(sizeof(uint), length)));
            rest = rest[(sizeof(uint) + length)..];
        }

        return [.. texts];
    }

    /// <summary>As <c>x: FP32[2,4]</c>.</summary>
    public override string ToString() => $"{Name}: {Datatype}[{string.Join(',', Shape)}]";

    /// <summary>A tensor over bytes from the wire, which are not copied.</summary>
    internal static Tensor FromWire(string name, string datatype, long[] shape, ReadOnlyMemory<byte> data) => new(name, datatype, shape, data);

    private static void ThrowIfUnfit(string name, int elements, ReadOnlySpan<long> shape)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        long count = 1;
        foreach (var size in shape)
        {
            count = checked(count * size);
        }

        if (count != elements)
        {
            throw new ArgumentException($"Tensor '{name}': expected {count} elements for the shape [{string.Join(',', shape.ToArray())}], got {elements}.", nameof(shape));
        }
    }
}
