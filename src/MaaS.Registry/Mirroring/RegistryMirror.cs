using System.Globalization;
using MaaS.Core.Packages;
using MaaS.Core.Registry;
using MaaS.Primitives.Files;
using MaaS.Registry.Versions;

namespace MaaS.Registry.Mirroring;

/// <summary>A folder that has every version of a registry which is in production or has an alias, as a server's models
/// folder is laid out: <c>NAME/VERSION/</c> packages, and <c>NAME/registry.json</c> with the aliases and
/// <c>production</c> as labels.</summary>
/// <param name="store">The registry.</param>
/// <param name="folder">Made when it is missing; belongs to mirrors of this registry alone.</param>
/// <param name="options">Limits and trusted keys of packages.</param>
public sealed class RegistryMirror(ModelStore store, string folder, PackageReadOptions? options = null)
{
    private const string LockFile = ".lock", OwnerFile = ".registry";

    private long _revision = -1;

    /// <summary>Brings the folder up to date. New versions appear whole, then labels move, then versions that nothing
    /// points to any more go.</summary>
    /// <param name="cancellationToken">Leaves the folder usable; the next call goes on.</param>
    /// <returns>Whether the registry had changed since the last call.</returns>
    /// <exception cref="IOException">The disk is full, or the database does not answer; what is there
    /// stays.</exception>
    /// <exception cref="InvalidDataException">A package was changed, or its signature is missing or wrong.</exception>
    public async Task<bool> SyncAsync(CancellationToken cancellationToken = default)
    {
        var revision = await store.RevisionAsync(cancellationToken).ConfigureAwait(false);
        if (revision == _revision)
        {
            return false;
        }

        Directory.CreateDirectory(folder);
        using var alone = Lock();
        Claim();
        foreach (var left in Directory.EnumerateDirectories(folder, "*.tmp", SearchOption.AllDirectories).ToList())
        {
            Directory.Delete(left, recursive: true);   // Of a process that was killed.
        }

        var models = await store.ListAsync(cancellationToken).ConfigureAwait(false);
        List<Exception> failures = [];
        foreach (var model in models)
        {
            try
            {
                await SyncAsync(model.Name, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                failures.Add(e);   // One model that cannot be read holds up no other.
            }
        }

        foreach (var name in Directory.EnumerateDirectories(folder).Select(Path.GetFileName)
            .Except(models.Select(static m => m.Name)).ToList())
        {
            Remove(Path.Combine(folder, name!));
        }

        if (failures.Count > 0)
        {
            throw failures.Count == 1 ? failures[0]
                : new IOException(string.Join("; ", failures.Select(static f => f.Message)), failures[0]);
        }

        _revision = revision;
        return true;
    }

    private async Task SyncAsync(string name, CancellationToken cancellationToken)
    {
        var versions = await store.VersionsAsync(name, cancellationToken).ConfigureAwait(false);
        SortedDictionary<string, long> labels = new(StringComparer.Ordinal);
        foreach (var version in versions)
        {
            foreach (var alias in version.Aliases)
            {
                labels[alias] = version.Version;
            }

            if (version.Stage == ModelStage.Production)
            {
                labels[ModelReference.Production] = version.Version;
            }
        }

        var model = Path.Combine(folder, name);
        if (labels.Count > 0)
        {
            Directory.CreateDirectory(model);
            foreach (var version in versions.Where(v => labels.ContainsValue(v.Version)))
            {
                await CopyAsync(version, FolderOf(model, version.Version), cancellationToken).ConfigureAwait(false);
            }

            var index = RegistryIndex.Load(model);
            if (!index.Labels.SequenceEqual(labels))
            {
                index.Labels = labels;
                index.LastVersion = versions[^1].Version;
                index.Save(model);
            }
        }

        if (Directory.Exists(model))
        {
            RemoveOthers(model, labels);
        }
    }

    private async Task CopyAsync(ModelVersion version, string target, CancellationToken cancellationToken)
    {
        if (Directory.Exists(target))
        {
            return;   // A version never changes.
        }

        using var package = await store.OpenPackageAsync(version, options, cancellationToken).ConfigureAwait(false);
        try
        {
            await package.SaveAsync(target, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (IOException) when (Directory.Exists(target))
        {
            // Another server of this machine was faster.
        }
    }

    private static void RemoveOthers(string model, SortedDictionary<string, long> labels)
    {
        if (labels.Count == 0)
        {
            Remove(model);
            return;
        }

        var kept = labels.Values.Select(v => FolderOf(model, v)).ToHashSet(StringComparer.Ordinal);
        foreach (var version in Directory.EnumerateDirectories(model)
            .Where(d => long.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Where(d => !kept.Contains(d)).ToList())
        {
            Remove(version);
        }
    }

    // What is half deleted is not taken for a version.
    private static void Remove(string path)
    {
        var gone = $"{path}.{Guid.NewGuid():N}.tmp";
        Directory.Move(path, gone);
        Directory.Delete(gone, recursive: true);
    }

    // One server of this machine at a time; another one tries again at its next look.
    private FileStream Lock()
        => new(Path.Combine(folder, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);

    // What somebody else has put there is never deleted.
    private void Claim()
    {
        var owner = Path.Combine(folder, OwnerFile);
        if (File.Exists(owner) ? File.ReadAllText(owner) != store.Id : Directory.EnumerateDirectories(folder).Any())
        {
            throw new InvalidDataException(
                $"{folder}: expected an empty folder or copies out of this registry, found something else; give the "
                    + "server another folder for its copies.");
        }

        AtomicFile.WriteText(owner, store.Id);
    }

    private static string FolderOf(string model, long version)
        => Path.Combine(model, version.ToString(CultureInfo.InvariantCulture));
}
