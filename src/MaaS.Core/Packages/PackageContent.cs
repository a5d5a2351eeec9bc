namespace MaaS.Core.Packages;

/// <summary>Where the bytes of a file that goes into a package come from.</summary>
public sealed class PackageContent
{
    private readonly Func<Stream> _open;

    private PackageContent(Func<Stream> open) => _open = open;

    /// <summary>A file on disk.</summary>
    public static PackageContent FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new PackageContent(
            () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true));
    }

    /// <summary>Bytes in memory.</summary>
    public static PackageContent FromBytes(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return new PackageContent(() => new MemoryStream(bytes, writable: false));
    }

    internal Stream Open() => _open();
}
