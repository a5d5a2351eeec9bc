using System.Globalization;
using MaaS.Core.Packages;

namespace MaaS.Core.Registry;

/// <summary>Versions of models in a folder: <c>name/version/</c> is a model package, <c>name/registry.json</c> holds
/// labels.</summary>
/// <remarks>
/// Several processes may use one folder at once: changes to a model are made under a lock on <c>name/.lock</c>, a
/// version appears by one rename, and readers see it whole or not at all. The folder must lie on a file system with
/// locks and atomic renames.
/// </remarks>
public sealed class ModelRegistry
{
    private const string LockFile = ".lock";
    private static readonly TimeSpan LockRetry = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(30);

    /// <summary>A registry in a folder, which is made when it is missing.</summary>
    public ModelRegistry(string root)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        Root = Path.GetFullPath(root);
        Directory.CreateDirectory(Root);
    }

    /// <summary>The folder.</summary>
    public string Root { get; }

    /// <summary>Copies a package into the registry as the next version of a model.</summary>
    /// <param name="package">An opened package; its files are checked again while they are copied.</param>
    /// <param name="name">Name to register under; null for the manifest's.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    /// <exception cref="ArgumentException">The name is not allowed.</exception>
    public async Task<RegisteredModel> RegisterAsync(
        ModelPackage package, string? name = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(package);
        name ??= package.Manifest.Name;
        var folder = ModelFolder(name);
        Directory.CreateDirectory(folder);

        // Copied outside the lock: only the numbering is serialised.
        using var incoming = new IncomingVersion(folder);
        await package.SaveAsync(incoming.Path, overwrite: false, cancellationToken).ConfigureAwait(false);
        using var held = await LockAsync(folder, cancellationToken).ConfigureAwait(false);
        IncomingVersion.RemoveStale(folder);
        var index = RegistryIndex.Load(folder);
        var last = Math.Max(index.LastVersion, VersionsIn(folder).DefaultIfEmpty().Max());
        index.LastVersion = last < long.MaxValue ? last + 1
            : throw new InvalidOperationException(
                $"Registry: '{name}': expected a number after the last version, {last} is the largest there is.");
        index.Save(folder);
        var target = VersionFolder(folder, index.LastVersion);
        Directory.Move(incoming.Path, target);
        return new RegisteredModel(name, index.LastVersion, target, []);
    }

    /// <summary>Names of all models that have a version, in order.</summary>
    public IReadOnlyList<string> List()
        => [.. Directory.EnumerateDirectories(Root)
            .Select(d => Path.GetFileName(d))
            .Where(n => ModelNames.IsValid(n) && VersionsIn(ModelFolder(n)).Any())
            .Order(StringComparer.Ordinal)];

    /// <summary>All versions of a model, the oldest first; empty when there is no such model.</summary>
    /// <exception cref="ArgumentException">The name is not allowed.</exception>
    public IReadOnlyList<RegisteredModel> Versions(string name)
    {
        var folder = ModelFolder(name);
        if (!Directory.Exists(folder))
        {
            return [];
        }

        var labels = RegistryIndex.Load(folder).Labels;
        return [.. VersionsIn(folder).Order().Select(v => new RegisteredModel(
            name, v, VersionFolder(folder, v), [.. labels.Where(l => l.Value == v).Select(l => l.Key)]))];
    }

    /// <summary>One version of a model.</summary>
    /// <param name="name">The model.</param>
    /// <param name="version">The version; null for the latest.</param>
    /// <exception cref="KeyNotFoundException">There is no such model or version.</exception>
    public RegisteredModel Get(string name, long? version = null)
    {
        var versions = Versions(name);
        return (
            version is null
                ? (versions.Count > 0 ? versions[^1] : null) : versions.FirstOrDefault(v => v.Version == version))
            ?? throw new KeyNotFoundException(versions.Count == 0
                ? $"Registry: expected one of the models [{string.Join(", ", List())}], got '{name}'."
                : $"Registry: '{name}': expected one of the versions "
                    + $"[{string.Join(", ", versions.Select(v => v.Version))}], got {version}.");
    }

    /// <summary>The version that a label points to.</summary>
    /// <exception cref="KeyNotFoundException">There is no such model or label.</exception>
    public RegisteredModel GetByLabel(string name, string label)
    {
        var versions = Versions(name);
        return versions.FirstOrDefault(v => v.Labels.Contains(label, StringComparer.Ordinal))
            ?? throw new KeyNotFoundException(
                $"Registry: '{name}': expected one of the labels "
                    + $"[{string.Join(", ", versions.SelectMany(v => v.Labels))}], got '{label}'.");
    }

    /// <summary>Points a label, as <c>stable</c>, to a version; it moves when it pointed elsewhere.</summary>
    /// <exception cref="KeyNotFoundException">There is no such model or version.</exception>
    /// <exception cref="ArgumentException">The label is not allowed; the rule is that of names.</exception>
    public async Task SetLabelAsync(
        string name, string label, long version, CancellationToken cancellationToken = default)
    {
        if (!ModelNames.IsValid(label))
        {
            throw new ArgumentException(
                $"Registry: expected as label {ModelNames.Rule}, got '{label}'.", nameof(label));
        }

        Get(name, version);
        var folder = ModelFolder(name);
        using var held = await LockAsync(folder, cancellationToken).ConfigureAwait(false);
        Get(name, version);
        var index = RegistryIndex.Load(folder);
        index.Labels[label] = version;
        index.Save(folder);
    }

    /// <summary>Removes a label; false when there was none.</summary>
    public async Task<bool> RemoveLabelAsync(string name, string label, CancellationToken cancellationToken = default)
    {
        Get(name);
        var folder = ModelFolder(name);
        using var held = await LockAsync(folder, cancellationToken).ConfigureAwait(false);
        var index = RegistryIndex.Load(folder);
        var removed = index.Labels.Remove(label);
        index.Save(folder);
        return removed;
    }

    /// <summary>Deletes a version. Its number is not given again.</summary>
    /// <exception cref="KeyNotFoundException">There is no such model or version.</exception>
    /// <exception cref="InvalidOperationException">A label points to the version.</exception>
    public async Task DeleteAsync(string name, long version, CancellationToken cancellationToken = default)
    {
        Get(name, version);
        var folder = ModelFolder(name);
        using var held = await LockAsync(folder, cancellationToken).ConfigureAwait(false);
        var model = Get(name, version);
        if (model.Labels.Count > 0)
        {
            throw new InvalidOperationException(
                $"Registry: '{name}' version {version}: expected no label on a version to delete, got "
                    + $"[{string.Join(", ", model.Labels)}]; move or remove them first.");
        }

        var index = RegistryIndex.Load(folder);
        index.LastVersion = Math.Max(index.LastVersion, version);
        index.Save(folder);
        var deleted = Path.Combine(folder, $".{Guid.NewGuid():N}.deleted");
        Directory.Move(model.Location, deleted);
        Directory.Delete(deleted, recursive: true);
    }

    private static IEnumerable<long> VersionsIn(string folder)
        => Directory.EnumerateDirectories(folder)
            .Select(
                d => long.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var v)
                    ? v : 0)
            .Where(v => v > 0);

    private static string VersionFolder(string folder, long version)
        => Path.Combine(folder, version.ToString(CultureInfo.InvariantCulture));

    private static async Task<FileStream> LockAsync(string folder, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, LockFile);
        var started = Environment.TickCount64;
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
            {
                if (Environment.TickCount64 - started > LockTimeout.TotalMilliseconds)
                {
                    throw new IOException(
                        $"{path}: expected the lock within {LockTimeout.TotalSeconds} s; another process holds it.", e);
                }

                await Task.Delay(LockRetry, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private string ModelFolder(string name)
        => ModelNames.IsValid(name) ? Path.Combine(Root, name)
            : throw new ArgumentException($"Registry: expected as name {ModelNames.Rule}, got '{name}'.", nameof(name));
}
