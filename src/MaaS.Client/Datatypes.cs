namespace MaaS.Client;

/// <summary>The protocol's types and those of .NET.</summary>
internal static class Datatypes
{
    public const string Bytes = "BYTES";

    private static readonly Dictionary<Type, (string Name, int Size)> OfType = new()
    {
        [typeof(bool)] = ("BOOL", 1),
        [typeof(byte)] = ("UINT8", 1),
        [typeof(ushort)] = ("UINT16", 2),
        [typeof(uint)] = ("UINT32", 4),
        [typeof(ulong)] = ("UINT64", 8),
        [typeof(sbyte)] = ("INT8", 1),
        [typeof(short)] = ("INT16", 2),
        [typeof(int)] = ("INT32", 4),
        [typeof(long)] = ("INT64", 8),
        [typeof(Half)] = ("FP16", 2),
        [typeof(float)] = ("FP32", 4),
        [typeof(double)] = ("FP64", 8),
    };

    /// <summary>Name and size, in bytes, of a type.</summary>
    /// <exception cref="NotSupportedException">The protocol has no such type.</exception>
    public static (string Name, int Size) Of<T>()
        => OfType.TryGetValue(typeof(T), out var type) ? type : throw new NotSupportedException($"The protocol has no tensors of {typeof(T).Name}.");

    /// <summary>Bytes of an element; 0 for texts.</summary>
    /// <exception cref="FormatException">There is no such type.</exception>
    public static int SizeOf(string datatype)
        => datatype is Bytes ? 0 : datatype is "BF16" ? 2
            : OfType.Values.FirstOrDefault(t => t.Name == datatype) is { Size: > 0 } type ? type.Size : throw new FormatException($"there is no datatype '{datatype}'");
}
