using System.Runtime.InteropServices;
using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>What the tensor factories have in common.</summary>
internal static class Factory
{
    /// <summary>Calls a factory operator, whose schema ends in dtype, layout, device and pin_memory.</summary>
    public static Tensor Create(
        string op, ReadOnlySpan<Arg> leading, ScalarType? dtype, Device? device, bool requires_grad, string[]? names = null)
    {
        RejectNames(names);
        Arg[] arguments = [.. leading, dtype, Arg.None, device, Arg.None];
        return Finish(Dispatcher.Call(op, arguments), requires_grad);
    }

    /// <summary>A copy of .NET values, converted and moved as asked.</summary>
    public static unsafe Tensor FromSpan<T>(
        ReadOnlySpan<T> values, ReadOnlySpan<long> sizes, ScalarType? dtype, Device? device, bool requires_grad,
        string[]? names = null) where T : unmanaged
    {
        RejectNames(names);
        long expected = 1;
        foreach (var size in sizes) expected = checked(expected * size);
        if (expected != values.Length)
            throw new ArgumentException(
                $"mismatched total size creating a tensor from an array: expected {expected} elements for shape " +
                $"({string.Join(", ", sizes.ToArray())}), got {values.Length}");
        var type = ToScalarType(typeof(T));
        var raw = Allocate(sizes, type, Math.Max(1, (nuint)values.Length * (nuint)sizeof(T)));
        values.CopyTo(new Span<T>(raw.Info.Data, values.Length));
        return Finish(Converted(raw, type, dtype, device), requires_grad);
    }

    // Memory of our own instead of aten::empty: a trace would record empty and miss the values written into it.
    private static unsafe Tensor Allocate(ReadOnlySpan<long> sizes, ScalarType type, nuint bytes)
    {
        const nuint cacheLine = 64;
        var memory = NativeMemory.AlignedAlloc(bytes, cacheLine);
        fixed (long* shape = sizes)
        {
            var handle = Native.maas_tensor_from_blob(memory, shape, sizes.Length, (int)type, &Free, memory);
            if (handle != 0) return new Tensor(handle);
        }
        NativeMemory.AlignedFree(memory);
        throw Native.Error();
    }

    [UnmanagedCallersOnly]
    private static unsafe void Free(void* memory) => NativeMemory.AlignedFree(memory);

    /// <summary>The elements of a rectangular array of any rank, whose memory is row-major too.</summary>
    public static unsafe Tensor FromArray<T>(
        Array array, ScalarType? dtype, Device? device, bool requires_grad, string[]? names = null) where T : unmanaged
    {
        var sizes = new long[array.Rank];
        for (var d = 0; d < sizes.Length; d++) sizes[d] = array.GetLongLength(d);
        fixed (byte* data = &MemoryMarshal.GetArrayDataReference(array))
            return FromSpan(new ReadOnlySpan<T>(data, array.Length), sizes, dtype, device, requires_grad, names);
    }

    public static Tensor FromList<T>(
        IList<T> values, ReadOnlySpan<long> sizes, ScalarType? dtype, Device? device, bool requires_grad,
        string[]? names = null) where T : unmanaged
    {
        var span = values switch
        {
            T[] array => array.AsSpan(),
            List<T> list => CollectionsMarshal.AsSpan(list),
            _ => values.ToArray(),
        };
        return FromSpan<T>(span, sizes, dtype, device, requires_grad, names);
    }

    public static Tensor FromScalar(Scalar value, ScalarType dtype, Device? device, bool requires_grad) =>
        Create("scalar_tensor", [value], dtype, device, requires_grad);

    public static Tensor Finish(Tensor tensor, bool requires_grad)
    {
        if (requires_grad) tensor.requires_grad = true;
        return tensor;
    }

    public static Tensor Converted(Tensor raw, ScalarType type, ScalarType? dtype, Device? device)
    {
        var sameType = dtype is null || dtype == type;
        if (sameType && (device is null || device.type == DeviceType.CPU)) return raw;
        using (raw) return raw.to(dtype ?? type, device ?? CPU);
    }

    public static void RejectNames(string[]? names)
    {
        if (names is { Length: > 0 })
            throw new NotSupportedException("named dimensions are not supported by this backend; leave names out");
    }
}
