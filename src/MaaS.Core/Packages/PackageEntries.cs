namespace MaaS.Core.Packages;

/// <summary>Collects what a store finds and refuses what no package may hold.</summary>
internal sealed class PackageEntries(string package, PackageReadOptions options)
{
    private readonly Dictionary<string, long> _files = new(StringComparer.OrdinalIgnoreCase);
    private long _total;

    public IReadOnlyDictionary<string, long> Files => _files;

    public void Add(string path, long length, bool isLink)
    {
        if (isLink)
        {
            throw new InvalidDataException($"{package}: '{path}': expected a plain file, got a symbolic link.");
        }

        if (!PackagePath.IsValid(path) && path is not (PackagePath.Manifest or PackagePath.Signature))
        {
            throw new InvalidDataException($"{package}: expected {PackagePath.Rule}, got the entry '{path}'.");
        }

        _total += length;
        if (length < 0 || length > options.MaxFileBytes || _total > options.MaxTotalBytes)
        {
            throw new InvalidDataException(
                $"{package}: '{path}': expected at most {options.MaxFileBytes} bytes a file and "
                    + $"{options.MaxTotalBytes} in all, got {length} and {_total}.");
        }

        if (!_files.TryAdd(path, length))
        {
            throw new InvalidDataException(
                $"{package}: expected each file once, got '{path}' twice; letter case makes no difference.");
        }

        if (_files.Count > options.MaxFiles)
        {
            throw new InvalidDataException($"{package}: expected at most {options.MaxFiles} files, got more.");
        }
    }
}
