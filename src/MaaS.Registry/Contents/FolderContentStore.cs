using System.Security.Cryptography;
using MaaS.Core.Packages;
using MaaS.Primitives.Files;
using MaaS.Registry.Storage;

namespace MaaS.Registry.Contents;

/// <summary>Files by the SHA-256 of their contents in a folder, <c>ab/abcd…</c>: equal contents are stored once, and a
/// file appears whole or not at all.</summary>
/// <param name="root">Made when it is missing; its file system has locks and atomic renames.</param>
/// <param name="registry">Whose contents they are: one registry never collects those of another one.</param>
internal sealed class FolderContentStore(string root, string registry) : IContentStore
{
    private const string Incoming = "incoming", LockName = "lock", OwnerFile = "owner";

    public string Location => root;

    public async Task ClaimAsync(CancellationToken cancellationToken)
    {
        var owner = Path.Combine(root, OwnerFile);
        if (!File.Exists(owner))
        {
            using var alone = await LockAsync(alone: true, cancellationToken).ConfigureAwait(false);
            if (!File.Exists(owner) && Directory.EnumerateDirectories(root).Any(static d => !IsSystems(d)))
            {
                throw new InvalidDataException(
                    $"{root}: expected the contents of this registry or an empty folder, found something else.");
            }

            if (!File.Exists(owner))
            {
                AtomicFile.WriteText(owner, registry);
            }
        }

        // Written whole and never changed: reading it needs no lock, which whoever adds a version holds for long.
        if (await File.ReadAllTextAsync(owner, cancellationToken).ConfigureAwait(false) != registry)
        {
            throw new InvalidDataException(
                $"{root}: expected the contents of this registry, got those of another one, as when a database was "
                    + "copied, lost or replaced; restore the database, or name another one.");
        }
    }

    public async Task<IContentLock> KeepAsync(CancellationToken cancellationToken)
        => await LockAsync(alone: false, cancellationToken).ConfigureAwait(false);

    public async Task<PackageFileEntry> AddAsync(Func<Stream, Task> write, CancellationToken cancellationToken)
    {
        var temporary = Path.Combine(root, Incoming, Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(Path.GetDirectoryName(temporary)!);
        try
        {
            string hash;
            long size;
            using (var sha = SHA256.Create())
            {
                var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
                await using (file.ConfigureAwait(false))
                {
                    var hashing = new CryptoStream(file, sha, CryptoStreamMode.Write, leaveOpen: true);
                    await using (hashing.ConfigureAwait(false))
                    {
                        await write(hashing).ConfigureAwait(false);
                    }

                    file.Flush(flushToDisk: true);
                    (hash, size) = (Convert.ToHexStringLower(sha.Hash!), file.Length);
                }
            }

            var path = PathOf(hash);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);

            // Also where it is there already, which mends a file that was damaged.
            File.Move(temporary, path, overwrite: true);

            return new PackageFileEntry(hash, size);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    public Stream Open(string hash)
    {
        var path = PathOf(hash);
        return File.Exists(path)
            ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16)
            : throw new FileNotFoundException(
                $"{root}: expected the content {hash} that a version lists, found none; restore the folder from a "
                    + "copy.", path);
    }

    public async Task<CollectedContents> CollectAsync(
        Func<Task<IReadOnlySet<string>>> referred, CancellationToken cancellationToken)
    {
        using var alone = await LockAsync(alone: true, cancellationToken).ConfigureAwait(false);
        var keep = await referred().ConfigureAwait(false);
        long files = 0, bytes = 0;
        foreach (var path in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Path.GetFileName(path) is LockName or OwnerFile || keep.Contains(Path.GetFileName(path)))
            {
                continue;
            }

            bytes += new FileInfo(path).Length;
            files++;
            File.Delete(path);
        }

        return new CollectedContents(files, bytes);
    }

    // What a new file system brings.
    private static bool IsSystems(string path) => Path.GetFileName(path) is "lost+found";

    private string PathOf(string hash) => Path.Combine(root, hash[..2], hash);

    private Task<LockFile> LockAsync(bool alone, CancellationToken cancellationToken)
        => LockFile.TakeAsync(Path.Combine(root, LockName), alone, cancellationToken);
}
