using MaaS.Core.Packages;
using MaaS.Onnx;
using MaaS.Training.Pipelines;

namespace MaaS.Training.Compression;

/// <summary>The folder with packages and report, made whole or not at all.</summary>
internal sealed class OutputFolder : IDisposable
{
    private readonly string _path;
    private readonly string _temporary;

    /// <exception cref="IOException">There is something in the folder.</exception>
    public OutputFolder(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        _temporary = $"{_path}.{Guid.NewGuid():n}.tmp";
        if (File.Exists(_path) || (Directory.Exists(_path) && Directory.EnumerateFileSystemEntries(_path).Any()))
        {
            throw new IOException(
                $"Compressor: expected a new or empty folder for the packages, got '{_path}', which has content.");
        }

        Directory.CreateDirectory(_temporary);
    }

    /// <summary>Writes the packages of the front and of the original, the page and the figures.</summary>
    /// <returns>The result with the packages' paths.</returns>
    public async Task<CompressionResult> WriteAsync(
        CompressionResult result, IReadOnlyList<Candidate> candidates, ModelManifest manifest,
        CancellationToken cancellationToken)
    {
        List<CompressionPoint> points = [];
        foreach (var (point, candidate) in result.Points.Zip(candidates))
        {
            var packed = point.OnFront || point == result.Original;
            if (packed)
            {
                await PackAsync(point, candidate, result.Original, manifest, cancellationToken).ConfigureAwait(false);
            }

            points.Add(packed ? point with { Package = Path.Combine(_path, FileName(point)) } : point);
        }

        result = result with { Points = points };
        await File.WriteAllTextAsync(Path.Combine(_temporary, "report.html"), result.ToHtml(), cancellationToken)
            .ConfigureAwait(false);
        await File.WriteAllTextAsync(Path.Combine(_temporary, "report.json"), result.ToJson(), cancellationToken)
            .ConfigureAwait(false);
        if (Directory.Exists(_path))
        {
            Directory.Delete(_path);
        }

        Directory.Move(_temporary, _path);
        return result;
    }

    public void Dispose()
    {
        if (Directory.Exists(_temporary))
        {
            Directory.Delete(_temporary, recursive: true);
        }
    }

    // As "accuracy" stands what was measured on samples that had no part in the choice.
    private static Dictionary<string, double> Accuracy(CompressionPoint point)
    {
        var metrics = new Dictionary<string, double> { ["validation_accuracy"] = point.Accuracy };
        if (point.TestAccuracy is { } accuracy)
        {
            metrics["accuracy"] = accuracy;
        }

        return metrics;
    }

    private static string FileName(CompressionPoint point) => $"{point.Name}.maas";

    private Task PackAsync(
        CompressionPoint point, Candidate candidate, CompressionPoint original, ModelManifest manifest,
        CancellationToken cancellationToken)
    {
        Dictionary<string, PackageContent> files = [];
        if (candidate.Weights is not null)
        {
            files[NetworkPackage.WeightsFile] = PackageContent.FromFile(candidate.Weights);
        }

        var lineage = manifest.Lineage ?? new ModelLineage();
        var described = manifest with
        {
            Name = point.Steps.Count > 0 ? $"{manifest.Name}-{point.Name}" : manifest.Name,
            Metrics = new Dictionary<string, double>(Accuracy(point))
            {
                ["latency_ms"] = point.LatencyMs,
                ["speedup"] = original.LatencyMs / point.LatencyMs,
                ["bytes"] = point.Bytes,
            },
            Lineage = point.Steps.Count == 0 ? lineage : lineage with
            {
                Parent = manifest.Name,
                Compression = [.. lineage.Compression ?? [], .. point.Steps],
            },
        };
        return NetworkPackage.WriteAsync(
            Path.Combine(_temporary, FileName(point)), described, OnnxModel.Load(candidate.Network), files,
            cancellationToken: cancellationToken);
    }
}
