using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace MaaS.Registry.Exchange;

/// <summary>Downloads contents into files and checks them; one that breaks off goes on where it was.</summary>
internal sealed class BlobDownload(OciRepository repository, ExchangeOptions options)
{
    /// <summary>Downloads a content.</summary>
    /// <param name="blob">What is downloaded.</param>
    /// <param name="path">A new file; nothing is left there when it fails.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    /// <exception cref="KeyNotFoundException">The registry has the manifest, and not this content.</exception>
    /// <exception cref="InvalidDataException">The registry gave other bytes than the manifest names.</exception>
    public async Task ReceiveAsync(OciDescriptor blob, string path, CancellationToken cancellationToken)
    {
        try
        {
            var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
            await using (file.ConfigureAwait(false))
            {
                await ReceiveAsync(blob, file, cancellationToken).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Downloads a small content into memory.</summary>
    /// <inheritdoc cref="ReceiveAsync(OciDescriptor, string, CancellationToken)"/>
    public async Task<byte[]> ReadAsync(OciDescriptor blob, CancellationToken cancellationToken)
    {
        if (blob.Size > OciManifest.MaxBytes)
        {
            throw new InvalidDataException(
                $"{repository.Name}@{blob.Digest}: expected at most {OciManifest.MaxBytes} bytes, got {blob.Size}.");
        }

        using var target = new MemoryStream();
        await ReceiveAsync(blob, target, cancellationToken).ConfigureAwait(false);
        return target.ToArray();
    }

    private async Task ReceiveAsync(OciDescriptor blob, Stream target, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var attempt = 1; target.Length < blob.Size || attempt == 1; attempt++)
        {
            try
            {
                await ContinueAsync(blob, target, hash, cancellationToken).ConfigureAwait(false);
                if (target.Length < blob.Size && attempt >= options.Attempts)
                {
                    throw new InvalidDataException(
                        $"{repository.Name}@{blob.Digest}: expected {blob.Size} bytes, got {target.Length}.");
                }
            }
            catch (Exception e) when (RegistryConnection.IsNetwork(e, cancellationToken) && attempt < options.Attempts)
            {
                await repository.Connection.WaitAsync(attempt, cancellationToken).ConfigureAwait(false);
            }
        }

        var digest = OciDescriptor.DigestOf(Convert.ToHexStringLower(hash.GetHashAndReset()));
        if (digest != blob.Digest)
        {
            throw new InvalidDataException(
                $"{repository.Name}: expected the content {blob.Digest}, got {digest}: the registry is damaged, or "
                    + "somebody changes what it sends.");
        }
    }

    private async Task ContinueAsync(
        OciDescriptor blob, Stream target, IncrementalHash hash, CancellationToken cancellationToken)
    {
        var from = target.Length;
        using var response = await repository.SendAsync(
            $"blobs/{blob.Digest}", address => new HttpRequestMessage(HttpMethod.Get, address)
            {
                Headers = { Range = from > 0 ? new RangeHeaderValue(from, blob.Size - 1) : null },
            },
            attempts: null, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            throw new KeyNotFoundException(
                $"{repository.Name}@{blob.Digest}: expected the content of a file that the artifact lists"
                    + $"{(blob.FilePath is { } file ? $" ('{file}')" : "")}, found none: it was pushed half, or a part "
                    + "was deleted; push it again.");
        }

        await OciRepository.ThrowUnlessAsync(
            response, $"{repository.Name}@{blob.Digest}", cancellationToken, HttpStatusCode.OK,
            HttpStatusCode.PartialContent).ConfigureAwait(false);
        if (from > 0 && (response.StatusCode == HttpStatusCode.OK
            || response.Content.Headers.ContentRange?.From != from))
        {
            target.SetLength(0);   // The registry cannot go on in the middle.
            target.Position = 0;
            hash.GetHashAndReset();
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return;
            }
        }

        var source = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            var buffer = new byte[1 << 16];
            int read;
            while ((read = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                if (target.Length + read > blob.Size)
                {
                    throw new InvalidDataException(
                        $"{repository.Name}@{blob.Digest}: expected {blob.Size} bytes, got more.");
                }

                hash.AppendData(buffer, 0, read);
                await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
