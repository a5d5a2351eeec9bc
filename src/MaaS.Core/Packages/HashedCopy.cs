using System.Buffers;
using System.Security.Cryptography;

namespace MaaS.Core.Packages;

/// <summary>Copies a file of a package and says what was copied.</summary>
internal static class HashedCopy
{
    /// <summary>Copies and hashes; an archive may give more than it declared, so the limit is checked on what
    /// comes.</summary>
    public static async Task<PackageFileEntry> RunAsync(
        Stream source, Stream target, long limit, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 17);
        try
        {
            long size = 0;
            int read;
            while ((read = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                size += read;
                if (size > limit)
                {
                    throw new InvalidDataException($"expected at most {limit} bytes, got more.");
                }

                hash.AppendData(buffer, 0, read);
                await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }

            return new PackageFileEntry(Convert.ToHexStringLower(hash.GetHashAndReset()), size);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
