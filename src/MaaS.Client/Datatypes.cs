namespace MaaS.Client;

/// <summary>The protocol's types and those of .NET.</summary>
internal static class Datatypes
{
    public const string Bytes = "BYTES";
    public const string Half = "FP16";
    public const string BFloat16 = "BF16";

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
        [typeof(Half)] = (Half, 2),
        [typeof(float)] = ("FP32", 4),
        [typeof(double)] = ("FP64", 8),
    };

    private static readonly Dictionary<string, int> Sizes = new(
        OfType.Values.ToDictionary(static t => t.Name, static t => t.Size))
    {
        [BFloat16] = 2,
        [Bytes] = 0,
    };

    /// <summary>The protocol's name of a type.</summary>
    /// <exception cref="NotSupportedException">The protocol has no such type.</exception>
    public static string Of<T>()
        => OfType.TryGetValue(typeof(T), out var type) ? type.Name
            : throw new NotSupportedException(
                $"The protocol has no tensors of {typeof(T).Name}; convert to one of "
                    + $"{string.Join(", ", OfType.Keys.Select(static t => t.Name))}.");

    /// <summary>Bytes of an element; 0 for BYTES.</summary>
    /// <exception cref="FormatException">There is no such type.</exception>
    public static int SizeOf(string datatype)
        => Sizes.TryGetValue(datatype, out var size)
            ? size : throw new FormatException($"there is no datatype '{datatype}'");
}
