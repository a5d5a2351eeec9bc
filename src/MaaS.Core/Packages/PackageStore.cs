namespace MaaS.Core.Packages;

/// <summary>Finds out how the files of a package lie.</summary>
internal static class PackageStore
{
    /// <summary>Opens a folder or an archive.</summary>
    /// <exception cref="FileNotFoundException">There is nothing at the path.</exception>
    public static IPackageStore Open(string path, PackageReadOptions options)
        => Directory.Exists(path) ? new FolderStore(path, options)
            : File.Exists(path) ? new ZipStore(path, options)
            : throw new FileNotFoundException(
                $"ModelPackage.Open: expected a package folder or .maas file, found nothing at '{path}'.", path);
}
