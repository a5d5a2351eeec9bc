namespace MaaS.Core.Packages;

/// <summary>The files of a package as they lie in a folder or an archive, already checked for harmful paths.</summary>
internal interface IPackageStore : IDisposable
{
    /// <summary>Length in bytes by path, the manifest among them.</summary>
    IReadOnlyDictionary<string, long> Files { get; }

    /// <summary>Whether the files lie encrypted.</summary>
    bool IsEncrypted => false;

    /// <summary>Where a file lies on disk as it is; null where it lies in an archive.</summary>
    string? PathOf(string file) => null;

    /// <summary>Opens a file for reading. One at a time.</summary>
    Stream Open(string file);
}
