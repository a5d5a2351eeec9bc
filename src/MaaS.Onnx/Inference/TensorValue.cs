using System.Runtime.InteropServices;

namespace MaaS.Onnx.Inference;

/// <summary>A dense row-major tensor on the CPU: element type, shape and memory, little-endian.</summary>
/// <remarks>
/// It is a view: creating one copies nothing. <see cref="Dispose"/> returns the memory to its owner when the value has
/// one (a pooled buffer, ONNX Runtime, a mapped file) and does nothing otherwise.
/// </remarks>
public sealed class TensorValue : IDisposable
{
    private readonly long[] _shape;
    private ReadOnlyMemory<byte> _data;
    private readonly string[]? _strings;
    private IDisposable? _owner;
    private bool _disposed;

    /// <summary>A tensor over bytes.</summary>
    /// <param name="type">Any type but <see cref="ElementType.String"/>.</param>
    /// <param name="shape">Sizes of 0 or more; none for a scalar.</param>
    /// <param name="data">Exactly the elements, row-major.</param>
    /// <param name="owner">Disposed with this value.</param>
    /// <exception cref="ArgumentException">The bytes do not fit the shape.</exception>
    public TensorValue(ElementType type, ReadOnlySpan<long> shape, ReadOnlyMemory<byte> data, IDisposable? owner = null)
    {
        Count = TensorShape.Count(shape);
        if (type == ElementType.String)
        {
            throw new ArgumentException(
                "TensorValue: expected a type of fixed size, got string; use TensorValue.OfStrings.", nameof(type));
        }

        if ((Int128)Count * type.Size() != data.Length)
        {
            throw new ArgumentException(
                $"TensorValue: expected {Count} elements of {type.Name()} ({(Int128)Count * type.Size()} bytes) for "
                    + $"the shape {TensorShape.Format(shape)}, " +
                $"got {data.Length} bytes.", nameof(data));
        }

        Type = type;
        _shape = shape.ToArray();
        _data = data;
        _owner = owner;
    }

    private TensorValue(string[] strings, ReadOnlySpan<long> shape)
    {
        Count = TensorShape.Count(shape);
        if (Count != strings.Length)
        {
            throw new ArgumentException(
                $"TensorValue: expected {Count} strings for the shape {TensorShape.Format(shape)}, got "
                    + $"{strings.Length}.", nameof(strings));
        }

        Type = ElementType.String;
        _shape = shape.ToArray();
        _strings = strings;
    }

    /// <summary>Type of the elements.</summary>
    public ElementType Type { get; }

    /// <summary>Size of each axis; empty for a scalar.</summary>
    public ReadOnlySpan<long> Shape => _shape;

    /// <summary>Number of elements.</summary>
    public long Count { get; }

    /// <summary>The elements' bytes; valid until <see cref="Dispose"/>.</summary>
    /// <exception cref="InvalidOperationException">The tensor holds strings.</exception>
    /// <exception cref="ObjectDisposedException">The value was disposed.</exception>
    public ReadOnlyMemory<byte> Data
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _strings is null ? _data
                : throw new InvalidOperationException(
                    "TensorValue.Data: expected a tensor of fixed-size elements, got strings; use Strings.");
        }
    }

    /// <summary>The elements of a string tensor, row-major.</summary>
    /// <exception cref="InvalidOperationException">The tensor holds no strings.</exception>
    public ReadOnlySpan<string> Strings
        => _strings
            ?? throw new InvalidOperationException(
                $"TensorValue.Strings: expected a string tensor, got {Type.Name()}; use AsSpan.");

    internal long[] ShapeArray => _shape;

    /// <summary>A tensor over an array, which is not copied.</summary>
    /// <param name="data">Row-major elements.</param>
    /// <param name="shape">Sizes; their product is the length of the array.</param>
    public static TensorValue Of<T>(T[] data, params ReadOnlySpan<long> shape)
        where T : unmanaged
        => Of<T>(data.AsMemory(), shape);

    /// <inheritdoc cref="Of{T}(T[], ReadOnlySpan{long})"/>
    public static TensorValue Of<T>(Memory<T> data, params ReadOnlySpan<long> shape)
        where T : unmanaged
        => new(ElementTypes.Of<T>(), shape, new CastMemory<T>(data).Memory);

    /// <summary>A tensor of strings over an array, which is not copied.</summary>
    public static TensorValue OfStrings(string[] data, params ReadOnlySpan<long> shape)
    {
        ArgumentNullException.ThrowIfNull(data);
        return new TensorValue(data, shape);
    }

    /// <summary>The elements, row-major; valid until <see cref="Dispose"/>.</summary>
    /// <typeparam name="T">The tensor's own type; <see cref="ushort"/> shows the bits of float16 and
    /// bfloat16.</typeparam>
    /// <exception cref="InvalidOperationException">The elements are of another type.</exception>
    public ReadOnlySpan<T> AsSpan<T>()
        where T : unmanaged
    {
        var asked = ElementTypes.Of<T>();
        var bits = typeof(T) == typeof(ushort) && Type is ElementType.Float16 or ElementType.BFloat16;
        return asked == Type || bits
            ? MemoryMarshal.Cast<byte, T>(Data.Span)
            : throw new InvalidOperationException(
                $"TensorValue.AsSpan: expected {Type.Name()} elements to be read as such, got {asked.Name()}.");
    }

    /// <summary>As <c>float32[1,28,28]</c>.</summary>
    public override string ToString() => Type.Name() + TensorShape.Format(_shape);

    /// <summary>Returns the memory to its owner. Who still holds the value does not keep the memory.</summary>
    public void Dispose()
    {
        _disposed = true;
        Interlocked.Exchange(ref _owner, null)?.Dispose();
        _data = default;
    }
}
