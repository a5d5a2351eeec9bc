using System.Security.Cryptography;
using MaaS.Core.Packages;
using MaaS.Primitives.Files;

namespace MaaS.Registry.Contents;

/// <summary>Files by the SHA-256 of their contents in a folder, <c>ab/abcd…</c>: equal contents are stored once, and a
/// file appears whole or not at all.</summary>
/// <param name="root">Made when it is missing; its file system has locks and atomic renames.</param>
/// <param name="registry">Whose contents they are: one registry never collects those of another one.</param>
internal sealed class ContentStore(string root, string registry)
{
    private const string Incoming = "incoming", LockFile = "lock", OwnerFile = "owner";
    private const int BlockBytes = 1 << 16;
    private static readonly TimeSpan LockRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LockTimeout = TimeSpan.FromMinutes(10);

    /// <summary>Takes an empty folder, or makes sure that it is this registry's.</summary>
    /// <exception cref="InvalidDataException">It is another registry's, or nobody knows whose.</exception>
    public async Task ClaimAsync(CancellationToken cancellationToken)
    {
        var owner = Path.Combine(root, OwnerFile);
        if (!File.Exists(owner))
        {
            using var alone = await LockAsync(FileAccess.ReadWrite, FileShare.None, cancellationToken)
                .ConfigureAwait(false);
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

    /// <summary>Keeps contents from being collected while something that refers to them is written.</summary>
    public Task<FileStream> KeepAsync(CancellationToken cancellationToken)
        => LockAsync(FileAccess.Read, FileShare.Read, cancellationToken);

    /// <summary>Stores a content; the caller holds <see cref="KeepAsync"/>.</summary>
    /// <param name="write">Writes it once.</param>
    /// <exception cref="IOException">The disk is full, or the folder cannot be written.</exception>
    public async Task<PackageFileEntry> AddAsync(Func<Stream, Task> write)
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

    /// <summary>Opens a content.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    public Stream Open(string hash)
    {
        var path = PathOf(hash);
        return File.Exists(path)
            ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16)
            : throw new FileNotFoundException(
                $"{root}: expected the content {hash} that a version lists, found none; restore the folder from a "
                    + "copy.", path);
    }

    /// <summary>Copies a content; the last block comes only when the hash of all of it is right.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    /// <exception cref="InvalidDataException">It was changed.</exception>
    public async Task CopyAsync(PackageFileEntry file, Stream target, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (held, next) = (new byte[BlockBytes], new byte[BlockBytes]);
        var (count, size) = (0, 0L);
        var source = Open(file.Sha256);
        await using (source.ConfigureAwait(false))
        {
            int read;
            while ((read = await source.ReadAsync(next, cancellationToken).ConfigureAwait(false)) > 0)
            {
                if (count > 0)   // Even an empty write would begin an answer, which could then not become an error.
                {
                    await target.WriteAsync(held.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                }

                hash.AppendData(next, 0, read);
                size += read;
                (held, next, count) = (next, held, read);
                if (size > file.Size)
                {
                    break;
                }
            }
        }

        var got = new PackageFileEntry(Convert.ToHexStringLower(hash.GetHashAndReset()), size);
        if (got != file)
        {
            throw new InvalidDataException(
                $"{root}: expected {file.Size} bytes with SHA-256 {file.Sha256}, got {got.Size} with {got.Sha256}; the "
                    + "content was changed: add the version again, which mends it.");
        }

        await target.WriteAsync(held.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes what nobody refers to, and what killed processes left half written.</summary>
    /// <param name="referred">The hashes to keep, asked for when no content can be added any more.</param>
    /// <param name="cancellationToken">Checked before each file.</param>
    /// <returns>How many files of how many bytes are gone.</returns>
    public async Task<CollectedContents> CollectAsync(
        Func<Task<IReadOnlySet<string>>> referred, CancellationToken cancellationToken)
    {
        using var alone = await LockAsync(FileAccess.ReadWrite, FileShare.None, cancellationToken)
            .ConfigureAwait(false);
        var keep = await referred().ConfigureAwait(false);
        long files = 0, bytes = 0;
        foreach (var path in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Path.GetFileName(path) is LockFile or OwnerFile || keep.Contains(Path.GetFileName(path)))
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

    private async Task<FileStream> LockAsync(FileAccess access, FileShare share, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(root);
        var path = Path.Combine(root, LockFile);
        var started = Environment.TickCount64;
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, access, share, bufferSize: 1);
            }
            catch (IOException e) when (e is not DirectoryNotFoundException)
            {
                if (Environment.TickCount64 - started > LockTimeout.TotalMilliseconds)
                {
                    throw new IOException(
                        $"{path}: expected the lock within {LockTimeout.TotalMinutes} minutes; another process holds "
                            + "it.", e);
                }

                await Task.Delay(LockRetry, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
