namespace MaaS.Serving;

/// <summary>Tensors in shared memory of this machine, as local clients of Triton pass them.</summary>
public sealed class SharedMemoryOptions
{
    /// <summary>
    /// Beginning of the names of shared memory that may be registered, as <c>/maas_</c>; null, the default, takes none.
    /// Whoever may create such memory on this machine shares it with every caller who may run a model.
    /// </summary>
    public string? Prefix { get; set; }

    /// <summary>Where the system keeps shared memory as files. Default <c>/dev/shm</c>, Linux' own.</summary>
    public string Folder { get; set; } = "/dev/shm";

    /// <summary>Most regions of all callers at once. Default 256.</summary>
    public int MaxRegions { get; set; } = 256;

    /// <summary>Most regions of one caller at once; callers without a name count as one. Default 64.</summary>
    public int MaxRegionsPerCaller { get; set; } = 64;

    /// <summary>Every fault, after the name of these options.</summary>
    internal IEnumerable<string> Faults(string path)
    {
        if (Prefix is not null
            && (Prefix.Trim('/').Length == 0 || Prefix.TrimStart('/').Contains('/', StringComparison.Ordinal)))
        {
            yield return $"{path}:{nameof(Prefix)}: expected the beginning of a name, as /maas_, got '{Prefix}'";
        }

        if (MaxRegions is < 1 or > 65_536)
        {
            yield return $"{path}:{nameof(MaxRegions)}: expected 1 to 65536, got {MaxRegions}";
        }

        if (MaxRegionsPerCaller is < 1 or > 65_536)
        {
            yield return $"{path}:{nameof(MaxRegionsPerCaller)}: expected 1 to 65536, got {MaxRegionsPerCaller}";
        }
    }
}
