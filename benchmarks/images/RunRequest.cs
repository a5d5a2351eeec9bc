namespace MaaS.Benchmarks.Images;

/// <summary>What one process has to read; it gets this as JSON.</summary>
/// <param name="Folder">A folder of JPEGs for each class.</param>
/// <param name="Workload">
/// <c>small</c>: grey, normalised. <c>large</c>: in colour, a random part scaled to 224 by 224, mirrored by chance, normalised.
/// </param>
/// <param name="Workers">Threads or processes that read.</param>
/// <param name="Epochs">Passes over the folder.</param>
internal sealed record RunRequest(string Folder, string Workload, int Workers, int Epochs)
{
    public const int BatchSize = 128;
}
