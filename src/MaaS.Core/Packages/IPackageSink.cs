namespace MaaS.Core.Packages;

/// <summary>Takes the files of a package that is being written.</summary>
internal interface IPackageSink
{
    /// <summary>Writes one file through to the disk or the archive.</summary>
    Task AddAsync(string path, Func<Stream, Task> write);
}
