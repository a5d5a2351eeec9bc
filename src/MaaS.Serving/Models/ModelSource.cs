using System.Globalization;
using MaaS.Core.Packages;
using MaaS.Core.Registry;

namespace MaaS.Serving.Models;

/// <summary>Something in the models folder that can be loaded.</summary>
/// <param name="Name">Name of the model; null where only the package's manifest tells.</param>
/// <param name="Version">1 or more.</param>
/// <param name="Location">An <c>.onnx</c> file, a <c>.maas</c> file or a package folder.</param>
internal sealed record ModelSource(string? Name, int Version, string Location)
{
    public bool IsBareModel => Location.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) && File.Exists(Location);

    /// <summary>Everything that a path offers.</summary>
    /// <param name="path">A folder of models, or one model.</param>
    /// <param name="allVersions">Whether every version of a registered model counts.</param>
    /// <param name="fail">Gets the registry folders that cannot be read.</param>
    public static IReadOnlyList<ModelSource> Discover(string path, bool allVersions, Action<string, Exception> fail)
    {
        if (Of(path) is { } single)
        {
            return [single];
        }

        var registry = new Lazy<ModelRegistry>(() => new ModelRegistry(path));
        return !Directory.Exists(path) ? []
            : [.. Directory.EnumerateFileSystemEntries(path).Order(StringComparer.Ordinal)
                .SelectMany(entry => Of(entry) is { } source ? [source] : Registered(registry, entry, allVersions, fail))];
    }

    private static ModelSource? Of(string path)
    {
        if (File.Exists(path))
        {
            return path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) ? new ModelSource(Path.GetFileNameWithoutExtension(path), 1, path)
                : path.EndsWith(".maas", StringComparison.OrdinalIgnoreCase) ? new ModelSource(null, 1, path)
                : null;
        }

        return File.Exists(Path.Combine(path, "manifest.json")) ? new ModelSource(null, 1, path) : null;
    }

    private static IEnumerable<ModelSource> Registered(
        Lazy<ModelRegistry> registry, string entry, bool allVersions, Action<string, Exception> fail)
    {
        var name = Path.GetFileName(entry);
        if (!Directory.Exists(entry) || !ModelNames.IsValid(name))
        {
            return [];
        }

        IReadOnlyList<RegisteredModel> versions;
        try
        {
            versions = registry.Value.Versions(name);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            fail(name, e);
            return [];
        }

        return versions
            .Where((v, i) => allVersions || i == versions.Count - 1 || v.Labels.Count > 0)
            .Select(v => new ModelSource(name, v.Version, v.Location));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name ?? Path.GetFileName(Location)} version {Version}");
}
