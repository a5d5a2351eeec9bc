using System.Globalization;
using System.Security.Cryptography;
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
/// <param name="rules">Limits and trusted keys for the packages of a model, by its name.</param>
public sealed class RegistryMirror(ModelStore store, string folder, Func<string, PackageReadOptions>? rules = null)
{
    private const string LockFile = ".lock", OwnerFile = ".registry", LostAndFound = "lost+found";
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LockRetry = TimeSpan.FromMilliseconds(50);

    // The hash of a sealed version reads the whole of it: once, as long as nobody writes to the file.
    private readonly Dictionary<string, (long Length, DateTime Written, string Hash)> _hashes = [];

    private long _revision = -1, _failed = -1, _again;

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
        if (revision == _revision || (revision == _failed && Environment.TickCount64 < _again))
        {
            return false;
        }

        Directory.CreateDirectory(folder);
        using var alone = await LockAsync(cancellationToken).ConfigureAwait(false);
        Claim();
        foreach (var left in Unfinished().ToList())
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
            .Except(models.Select(static m => m.Name)).Where(static n => n is not LostAndFound).ToList())
        {
            Remove(Path.Combine(folder, name!));
        }

        if (failures.Count > 0)
        {
            // Reading a version that is broken may take long: not every second.
            (_failed, _again) = (revision, Environment.TickCount64 + (long)RetryAfter.TotalMilliseconds);
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
        // The manifest hashes every other file. A number comes again where a database was restored from an older copy.
        var known = version.IsEncrypted ? PackagePath.Sealed : PackagePath.Manifest;
        if (await HashAsync(Path.Combine(target, known), cancellationToken).ConfigureAwait(false)
            == version.Files[known].Sha256)
        {
            return;
        }

        if (version.IsEncrypted)
        {
            await store.SaveSealedAsync(version, target, rules?.Invoke(version.Name), cancellationToken)
                .ConfigureAwait(false);
            return;
        }

        using var package = await store.OpenPackageAsync(
            version, rules?.Invoke(version.Name), cancellationToken).ConfigureAwait(false);
        await package.SaveAsync(target, overwrite: true, cancellationToken).ConfigureAwait(false);
    }

    private async Task<string?> HashAsync(string path, CancellationToken cancellationToken)
    {
        var info = new FileInfo(path);
        if (!info.Exists)
        {
            _hashes.Remove(path);
            return null;
        }

        if (_hashes.TryGetValue(path, out var known) && (known.Length, known.Written) == (
            info.Length, info.LastWriteTimeUtc))
        {
            return known.Hash;
        }

        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        await using (file.ConfigureAwait(false))
        {
            var hash = Convert.ToHexStringLower(
                await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false));
            _hashes[path] = (info.Length, info.LastWriteTimeUtc, hash);
            return hash;
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

    // What is half deleted is taken neither for a version nor, with its dot, for a model.
    private static void Remove(string path)
    {
        var gone = Path.Combine(
            Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");
        Directory.Move(path, gone);
        Directory.Delete(gone, recursive: true);
    }

    // Removed folders, and versions that were being written; a model or a file of a package may end in .tmp.
    private IEnumerable<string> Unfinished()
        => Directory.EnumerateDirectories(folder, ".*.tmp").Concat(Directory.EnumerateDirectories(folder)
            .Where(static d => Path.GetFileName(d) is not LostAndFound && !Path.GetFileName(d).StartsWith('.'))
            .SelectMany(static d => Directory.EnumerateDirectories(d, "*.tmp")));

    // One server of this machine at a time; another one needs the same copies and waits for them.
    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(
                    Path.Combine(folder, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
            }
            catch (IOException e) when (e is not DirectoryNotFoundException)
            {
                await Task.Delay(LockRetry, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // What somebody else has put there is never deleted.
    private void Claim()
    {
        var owner = Path.Combine(folder, OwnerFile);
        if (File.Exists(owner)
            ? File.ReadAllText(owner) != store.Id
            : Directory.EnumerateDirectories(folder).Any(static d => Path.GetFileName(d) is not LostAndFound))
        {
            throw new InvalidDataException(
                $"{folder}: expected an empty folder or copies out of this registry, found something else; give the "
                    + "server another folder for its copies.");
        }

        if (!File.Exists(owner))
        {
            AtomicFile.WriteText(owner, store.Id);
        }
    }

    private static string FolderOf(string model, long version)
        => Path.Combine(model, version.ToString(CultureInfo.InvariantCulture));
}
