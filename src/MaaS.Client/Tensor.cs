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
    /// <typeparam name="T"><see cref="float"/>, <see cref="double"/>, <see cref="Half"/>, <see cref="bool"/> or an
    /// integer of 8 to 64 bits.</typeparam>
    /// <param name="name">The input.</param>
    /// <param name="data">Row-major elements.</param>
    /// <param name="shape">Sizes; their product is the number of elements.</param>
    /// <exception cref="ArgumentException">The elements do not fit the shape.</exception>
    /// <exception cref="NotSupportedException">The protocol has no such elements.</exception>
    public static Tensor Of<T>(string name, ReadOnlySpan<T> data, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        ThrowIfUnfit(name, data.Length, shape);
        return new Tensor(name, Datatypes.Of<T>(), shape.ToArray(), MemoryMarshal.AsBytes(data).ToArray());
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
        return new Tensor(name, Datatypes.Bytes, shape.ToArray(), BytesElements.Write(data));
    }

    /// <summary>A tensor of byte strings, which need not be texts.</summary>
    /// <inheritdoc cref="Of{T}(string, ReadOnlySpan{T}, ReadOnlySpan{long})"/>
    public static Tensor OfBytes(string name, IReadOnlyList<ReadOnlyMemory<byte>> data, params ReadOnlySpan<long> shape)
    {
        ArgumentNullException.ThrowIfNull(data);
        ThrowIfUnfit(name, data.Count, shape);
        return new Tensor(name, Datatypes.Bytes, shape.ToArray(), BytesElements.Write(data));
    }

    /// <summary>A tensor of BF16: each value is rounded to the nearest, ties to even.</summary>
    /// <inheritdoc cref="Of{T}(string, ReadOnlySpan{T}, ReadOnlySpan{long})"/>
    public static Tensor OfBFloat16(string name, ReadOnlySpan<float> data, params ReadOnlySpan<long> shape)
    {
        ThrowIfUnfit(name, data.Length, shape);
        return new Tensor(name, Datatypes.BFloat16, shape.ToArray(), BFloat16.Write(data));
    }

    /// <summary>The elements, which are not copied; <see cref="ushort"/> shows the bits of FP16 and BF16.</summary>
    /// <exception cref="InvalidOperationException">The elements are of another type.</exception>
    public ReadOnlySpan<T> AsSpan<T>()
        where T : unmanaged
    {
        var asked = Datatypes.Of<T>();
        var isBits = typeof(T) == typeof(ushort) && Datatype is Datatypes.Half or Datatypes.BFloat16;
        return asked == Datatype || isBits ? MemoryMarshal.Cast<byte, T>(Data.Span)
            : throw new InvalidOperationException($"Tensor '{Name}': expected to be read as {Datatype}, got {asked}.");
    }

    /// <summary>The elements as an array; <see cref="ushort"/> shows the bits of FP16 and BF16.</summary>
    /// <exception cref="InvalidOperationException">The elements are of another type.</exception>
    public T[] ToArray<T>()
        where T : unmanaged
        => AsSpan<T>().ToArray();

    /// <summary>Elements of FP16, BF16 or FP32 as float32, exactly.</summary>
    /// <exception cref="InvalidOperationException">The elements are of another type.</exception>
    public float[] ToSingles() => Datatype switch
    {
        Datatypes.BFloat16 => BFloat16.Read(Data.Span),
        Datatypes.Half => [.. ToArray<Half>().Select(static h => (float)h)],
        _ => ToArray<float>(),
    };

    /// <summary>The elements of a tensor of texts, as UTF-8.</summary>
    /// <exception cref="InvalidOperationException">The elements are no texts.</exception>
    public string[] ToStrings() => [.. Elements().Select(static e => Encoding.UTF8.GetString(e.Span))];

    /// <summary>The elements of a tensor of byte strings.</summary>
    /// <exception cref="InvalidOperationException">The elements are none.</exception>
    public byte[][] ToByteArrays() => [.. Elements().Select(static e => e.ToArray())];

    /// <summary>As <c>x: FP32[2,4]</c>.</summary>
    public override string ToString() => $"{Name}: {Datatype}[{string.Join(',', Shape)}]";

    /// <summary>A tensor over bytes from the wire, which are not copied.</summary>
    /// <exception cref="FormatException">The bytes are no such tensor.</exception>
    internal static Tensor FromWire(string name, string datatype, long[] shape, ReadOnlyMemory<byte> data)
    {
        long count = 1;
        foreach (var size in shape)
        {
            count = size >= 0
                ? checked(count * size)
                : throw new FormatException($"output '{name}' has the shape [{string.Join(',', shape)}]");
        }

        var elementSize = Datatypes.SizeOf(datatype);
        var fits = elementSize > 0
            ? checked(count * elementSize) == data.Length : BytesElements.Read(data).Count == count;
        return fits ? new Tensor(name, datatype, shape, data)
            : throw new FormatException(
                $"output '{name}' has {data.Length} bytes, which are no {datatype} of shape "
                    + $"[{string.Join(',', shape)}]");
    }

    /// <summary>The elements of BYTES.</summary>
    internal List<ReadOnlyMemory<byte>> Elements()
        => Datatype == Datatypes.Bytes ? BytesElements.Read(Data)
            : throw new InvalidOperationException(
                $"Tensor '{Name}': expected BYTES, it holds {Datatype}; use ToArray.");

    private static void ThrowIfUnfit(string name, int elements, ReadOnlySpan<long> shape)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        long count = 1;
        foreach (var size in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(size, nameof(shape));
            count = checked(count * size);
        }

        if (count != elements)
        {
            throw new ArgumentException(
                $"Tensor '{name}': expected {count} elements for the shape [{string.Join(',', shape.ToArray())}], got "
                    + $"{elements}.", nameof(shape));
        }
    }
}
