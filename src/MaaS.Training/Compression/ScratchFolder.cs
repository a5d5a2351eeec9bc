namespace MaaS.Training.Compression;

/// <summary>A folder for the time of one call.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("maas-compress-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
