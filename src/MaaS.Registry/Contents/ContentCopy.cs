using System.Security.Cryptography;
using MaaS.Core.Packages;

namespace MaaS.Registry.Contents;

/// <summary>Copies contents out, whichever store they are in.</summary>
internal static class ContentCopy
{
    private const int BlockBytes = 1 << 16;

    /// <summary>Copies a content; the last block comes only when the hash of all of it is right.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    /// <exception cref="InvalidDataException">It was changed.</exception>
    public static async Task CopyAsync(
        this IContentStore contents, PackageFileEntry file, Stream target, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (held, next) = (new byte[BlockBytes], new byte[BlockBytes]);
        var (count, size) = (0, 0L);
        var source = contents.Open(file.Sha256);
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
                $"{contents.Location}: expected {file.Size} bytes with SHA-256 {file.Sha256}, got {got.Size} with "
                    + $"{got.Sha256}; the "
                    + "content was changed: add the version again, which mends it.");
        }

        await target.WriteAsync(held.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
    }
}
