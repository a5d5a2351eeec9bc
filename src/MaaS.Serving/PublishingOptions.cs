namespace MaaS.Serving;

/// <summary>How packages are taken that accounts publish in the catalogue.</summary>
public sealed class PublishingOptions
{
    /// <summary>Largest package, in bytes. Default 4 GiB.</summary>
    public long MaxPackageBytes { get; set; } = 4L << 30;

    /// <summary>What all versions that one account has published may have together, in bytes as the registry keeps
    /// them: unpacked, of encrypted packages the file. Default 64 GiB. Contents that several versions share count for
    /// each. A request that is longer than what is left is refused before it is read.</summary>
    public long QuotaBytes { get; set; } = 64L << 30;

    /// <summary>Where packages lie while they are checked, readable by the server alone; null, the default, for the
    /// system's temporary folder.</summary>
    public string? Folder { get; set; }

    /// <summary>Every fault, after the name of these options.</summary>
    internal IEnumerable<string> Faults(string path)
    {
        foreach (var (name, bytes) in new[]
        {
            (nameof(MaxPackageBytes), MaxPackageBytes), (nameof(QuotaBytes), QuotaBytes),
        })
        {
            if (bytes < 1)
            {
                yield return $"{path}:{name}: expected 1 byte or more, got {bytes}";
            }
        }

        if (Folder is not null && !Directory.Exists(Folder))
        {
            yield return $"{path}:{nameof(Folder)}: expected a folder, found none at '{Folder}'";
        }
    }
}
