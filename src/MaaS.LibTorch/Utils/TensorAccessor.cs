using System.Collections;

namespace TorchSharp.Utils;

/// <summary>Reads and writes the elements of a CPU tensor in place, in row-major order whatever its strides.</summary>
public sealed unsafe class TensorAccessor<T> : IDisposable, IEnumerable<T> where T : unmanaged
{
    private torch.Tensor? _tensor;
    private readonly T* _data;
    private readonly long[] _shape;
    private readonly long[] _strides;
    private readonly bool _contiguous;

    internal TensorAccessor(torch.Tensor tensor)
    {
        if (tensor.device_type != DeviceType.CPU)
            throw new InvalidOperationException(
                "Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before reading.");
        var info = tensor.Info;
        _tensor = tensor;
        _data = (T*)info.Data;
        _shape = tensor.shape;
        _strides = tensor.stride();
        _contiguous = info.IsContiguous != 0;
        Count = info.Elements;
    }

    public long Count { get; private set; }

    public bool IsReadOnly => false;

    /// <summary>The element at an index per dimension, or at one flat index.</summary>
    /// <exception cref="IndexOutOfRangeException">An index is outside its dimension.</exception>
    public T this[params long[] indices]
    {
        get
        {
            var value = Data[indices.Length == 1 ? Checked(indices[0]) : Offset(indices)];
            GC.KeepAlive(_tensor);
            return value;
        }
        set
        {
            Data[indices.Length == 1 ? Checked(indices[0]) : Offset(indices)] = value;
            GC.KeepAlive(_tensor);
        }
    }

    public T[] ToArray()
    {
        var result = new T[Count];
        CopyTo(result);
        return result;
    }

    /// <summary>An array with the tensor's dimensions; one element for a scalar tensor.</summary>
    public Array ToNDArray()
    {
        var flat = ToArray();
        if (_shape.Length < 2) return flat;
        var result = Array.CreateInstance(typeof(T), _shape);
        if (flat.Length == 0) return result;
        fixed (T* source = flat)
        fixed (byte* target = &System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(result))
            Buffer.MemoryCopy(source, target, Count * sizeof(T), Count * sizeof(T));
        return result;
    }

    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) =>
        CopyTo(array.AsSpan(), arrayIndex, tensorIndex);

    /// <summary>Copies from a flat index on, as much as there is and as fits.</summary>
    public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var target = array[arrayIndex..];
        var count = (int)Math.Min(target.Length, CheckedStart(tensorIndex));
        if (_contiguous) new ReadOnlySpan<T>(Data + tensorIndex, count).CopyTo(target);
        else for (var i = 0; i < count; i++) target[i] = Data[Offset(tensorIndex + i)];
        GC.KeepAlive(_tensor);   // Nothing else does while its memory is copied: the accessor may be the last to hold it.
    }

    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) =>
        CopyFrom(array.AsSpan(), arrayIndex, tensorIndex);

    /// <inheritdoc cref="CopyTo(Span{T}, int, long)"/>
    public void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var source = array[arrayIndex..];
        var count = (int)Math.Min(source.Length, CheckedStart(tensorIndex));
        if (_contiguous) source[..count].CopyTo(new Span<T>(Data + tensorIndex, count));
        else for (var i = 0; i < count; i++) Data[Offset(tensorIndex + i)] = source[i];
        GC.KeepAlive(_tensor);
    }

    public IEnumerator<T> GetEnumerator()
    {
        for (long i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Lets go of the tensor, which lives on.</summary>
    public void Dispose()
    {
        _tensor = null;
        Count = 0;
    }

    public override bool Equals(object? obj) => obj is TensorAccessor<T> other && this == other;

    public override int GetHashCode() => HashCode.Combine(Count, _tensor);

    public static bool operator ==(TensorAccessor<T> left, TensorAccessor<T> right) => left.SequenceEqual(right);

    public static bool operator !=(TensorAccessor<T> left, TensorAccessor<T> right) => !(left == right);

    internal static T ReadItemAt(torch.Tensor tensor, long index)
    {
        tensor.ValidateType(typeof(T));
        using var accessor = new TensorAccessor<T>(tensor);
        return accessor[index];
    }

    private T* Data
    {
        get
        {
            ObjectDisposedException.ThrowIf(_tensor is null, this);
            _ = _tensor.Handle;
            return _data;
        }
    }

    private long CheckedStart(long start)
    {
        if (start < 0 || (start >= Count && start != 0))
            throw new ArgumentOutOfRangeException(nameof(start), start, $"expected an index below {Count}");
        return Count - start;
    }

    private long Checked(long index)
    {
        if (index < 0 || index >= Count)
            throw new IndexOutOfRangeException($"expected an index from 0 to {Count - 1}, got {index}");
        return Offset(index);
    }

    private long Offset(long index)
    {
        if (_contiguous) return index;
        long offset = 0;
        for (var d = _shape.Length - 1; d >= 0; d--)
        {
            (index, var position) = Math.DivRem(index, _shape[d]);
            offset += position * _strides[d];
        }
        return offset;
    }

    private long Offset(long[] indices)
    {
        if (indices.Length != _shape.Length)
            throw new IndexOutOfRangeException($"expected {_shape.Length} indices, got {indices.Length}");
        long offset = 0;
        for (var d = 0; d < indices.Length; d++)
        {
            if (indices[d] < 0 || indices[d] >= _shape[d])
                throw new IndexOutOfRangeException(
                    $"expected an index from 0 to {_shape[d] - 1} in dimension {d}, got {indices[d]}");
            offset += indices[d] * _strides[d];
        }
        return offset;
    }
}
