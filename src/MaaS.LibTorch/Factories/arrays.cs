using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp.Interop;

namespace TorchSharp;

// Tensors over the memory of .NET arrays.
public static partial class torch
{
    /// <summary>A tensor of the array's shape and type, which shares its memory.</summary>
    public static Tensor from_array(Array rawArray, Device? device = null) =>
        from_array(rawArray, null, device);

    /// <summary>A tensor of the array's shape; it shares the array's memory unless its type or device differs.</summary>
    public static Tensor from_array(
        Array rawArray, ScalarType? dtype, Device? device = null, bool requires_grad = false, string[]? names = null)
    {
        Factory.RejectNames(names);
        var sizes = new long[rawArray.Rank];
        for (var d = 0; d < sizes.Length; d++) sizes[d] = rawArray.GetLongLength(d);
        var type = ElementType(rawArray);
        return Factory.Finish(Factory.Converted(Shared(rawArray, type, 0, sizes), type, dtype, device), requires_grad);
    }

    /// <summary>A one-dimensional tensor over part of an array's memory; offset and count are in elements.</summary>
    public static Tensor frombuffer(
        Array rawArray, ScalarType dtype, long count = -1, long offset = 0, bool requires_grad = false)
    {
        var length = rawArray.LongLength;
        if (offset < 0 || offset >= length) throw new ArgumentException($"invalid value for 'offset': {offset}", nameof(offset));
        if (count < 0) count = length - offset;
        if (count > length - offset) throw new IndexOutOfRangeException($"element count is too large: {count}");
        var type = ElementType(rawArray);
        return Factory.Finish(
            Factory.Converted(Shared(rawArray, type, offset, [count]), type, dtype, null), requires_grad);
    }

    private static ScalarType ElementType(Array array) => ToScalarType(array.GetType().GetElementType()!);

    // The array stays pinned until libtorch lets go of the last view of it.
    private static unsafe Tensor Shared(Array array, ScalarType type, long offset, long[] sizes)
    {
        var pin = GCHandle.Alloc(array, GCHandleType.Pinned);
        var data = (byte*)pin.AddrOfPinnedObject() + offset * type.ElementSize();
        fixed (long* shape = sizes)
        {
            var handle = Native.maas_tensor_from_blob(
                data, shape, sizes.Length, (int)type, &Unpin, (void*)GCHandle.ToIntPtr(pin));
            if (handle != 0) return new Tensor(handle);
        }
        pin.Free();
        throw Native.Error();
    }

    [UnmanagedCallersOnly]
    private static unsafe void Unpin(void* context) => GCHandle.FromIntPtr((nint)context).Free();
}
