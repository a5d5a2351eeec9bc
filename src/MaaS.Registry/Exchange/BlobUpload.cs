using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace MaaS.Registry.Exchange;

/// <summary>Uploads contents in chunks; one that breaks off goes on where the registry says that it has got.</summary>
internal sealed class BlobUpload(OciRepository repository, ExchangeOptions options)
{
    /// <summary>Whether the registry has a content.</summary>
    public async Task<bool> ExistsAsync(OciDescriptor blob, CancellationToken cancellationToken)
    {
        using var response = await repository.SendAsync(
            $"blobs/{blob.Digest}", static address => new HttpRequestMessage(HttpMethod.Head, address), attempts: null,
            cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }

        await OciRepository.ThrowUnlessAsync(
            response, $"{repository.Name}@{blob.Digest}", cancellationToken, HttpStatusCode.OK).ConfigureAwait(false);
        return true;
    }

    /// <summary>Takes a content over from another repository of the same registry, if it lets us.</summary>
    public async Task<bool> TryMountAsync(OciDescriptor blob, string from, CancellationToken cancellationToken)
    {
        using var response = await repository.SendAsync(
            $"blobs/uploads/?mount={Uri.EscapeDataString(blob.Digest)}&from={Uri.EscapeDataString(from)}",
            static address => new HttpRequestMessage(HttpMethod.Post, address), attempts: null, cancellationToken,
            alsoPulls: from).ConfigureAwait(false);
        return response.StatusCode == HttpStatusCode.Created;
    }

    /// <summary>Uploads a content that the registry does not have yet.</summary>
    /// <param name="blob">What is uploaded.</param>
    /// <param name="open">Opens it; positions are set.</param>
    /// <param name="cancellationToken">Leaves an unfinished upload, which the registry forgets.</param>
    /// <returns>Bytes that were sent; 0 where it was there.</returns>
    /// <exception cref="IOException">The registry refuses, or does not answer.</exception>
    public async Task<long> SendAsync(OciDescriptor blob, Func<Stream> open, CancellationToken cancellationToken)
    {
        if (await ExistsAsync(blob, cancellationToken).ConfigureAwait(false))
        {
            return 0;
        }

        var content = open();
        await using (content.ConfigureAwait(false))
        {
            var location = await BeginAsync(cancellationToken).ConfigureAwait(false);
            var (offset, furthest, failures, sent) = (0L, 0L, 0, 0L);
            var chunk = new byte[Math.Min(options.ChunkBytes, blob.Size)];   // One for all: they are large objects.
            while (offset < blob.Size)
            {
                var count = (int)Math.Min(chunk.Length, blob.Size - offset);
                try
                {
                    (location, offset) = await SendChunkAsync(
                        location, content, offset, chunk.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                    // A registry that forgets the upload again and again gets nowhere, however much it takes.
                    (furthest, failures, sent) = (
                        Math.Max(furthest, offset), offset > furthest ? 0 : failures, sent + count);
                }
                catch (Exception e) when (RegistryConnection.IsNetwork(e, cancellationToken)
                    && ++failures < options.Attempts)
                {
                    chunk = new byte[chunk.Length];   // The request that failed may still be reading the old one.
                    await repository.Connection.WaitAsync(failures, cancellationToken).ConfigureAwait(false);
                    (location, offset) = await ResumeAsync(location, offset + count, cancellationToken)
                        .ConfigureAwait(false);
                }
            }

            try
            {
                await FinishAsync(location, blob, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException)
            {
                // The answer may have been lost after the registry had finished.
                if (!await ExistsAsync(blob, cancellationToken).ConfigureAwait(false))
                {
                    throw;
                }
            }

            return sent;
        }
    }

    private async Task<string> BeginAsync(CancellationToken cancellationToken)
    {
        using var response = await repository.SendAsync(
            "blobs/uploads/", static address => new HttpRequestMessage(HttpMethod.Post, address), attempts: null,
            cancellationToken).ConfigureAwait(false);
        await OciRepository.ThrowUnlessAsync(
            response, $"{repository.Name}: upload", cancellationToken, HttpStatusCode.Accepted).ConfigureAwait(false);
        return LocationOf(response);
    }

    private async Task<(string Location, long Offset)> SendChunkAsync(
        string location, Stream content, long offset, Memory<byte> chunk, CancellationToken cancellationToken)
    {
        var count = chunk.Length;
        content.Position = offset;
        await content.ReadExactlyAsync(chunk, cancellationToken).ConfigureAwait(false);
        using var response = await repository.SendAsync(
            location, address => Chunk(address, chunk, offset),
            attempts: 1, cancellationToken).ConfigureAwait(false);
        await OciRepository.ThrowUnlessAsync(
            response, $"{repository.Name}: upload", cancellationToken, HttpStatusCode.Accepted,
            HttpStatusCode.NoContent).ConfigureAwait(false);
        var end = EndOf(response) ?? offset + count;
        return end > offset && end <= offset + count ? (LocationOf(response), end)
            : throw new InvalidDataException(
                $"{repository.Name}: upload: expected the registry to have between {offset + 1} and {offset + count} "
                    + $"bytes after that many were sent, it says {end}.");
    }

    // Where the upload is unknown by now, or has more than was sent, it begins anew; so does one of 0-0, which says one
    // byte or none.
    private async Task<(string Location, long Offset)> ResumeAsync(
        string location, long sent, CancellationToken cancellationToken)
    {
        using var response = await repository.SendAsync(
            location, static address => new HttpRequestMessage(HttpMethod.Get, address), attempts: null,
            cancellationToken).ConfigureAwait(false);
        if (response.StatusCode is not (HttpStatusCode.NoContent or HttpStatusCode.Accepted or HttpStatusCode.OK)
            || EndOf(response) is not (> 1 and var end) || end > sent)
        {
            return (await BeginAsync(cancellationToken).ConfigureAwait(false), 0);
        }

        return (LocationOf(response), end);
    }

    private async Task FinishAsync(string location, OciDescriptor blob, CancellationToken cancellationToken)
    {
        var separator = location.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        using var response = await repository.SendAsync(
            $"{location}{separator}digest={Uri.EscapeDataString(blob.Digest)}",
            static address => new HttpRequestMessage(HttpMethod.Put, address) { Content = new ByteArrayContent([]) },
            attempts: 1, cancellationToken).ConfigureAwait(false);
        await OciRepository.ThrowUnlessAsync(
            response, $"{repository.Name}@{blob.Digest}", cancellationToken, HttpStatusCode.Created,
            HttpStatusCode.NoContent).ConfigureAwait(false);
    }

    private static HttpRequestMessage Chunk(Uri address, ReadOnlyMemory<byte> chunk, long offset)
    {
        var content = new ReadOnlyMemoryContent(chunk)
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") },
        };

        // The specification has no unit before the numbers, as HTTP's own header would.
        content.Headers.TryAddWithoutValidation("Content-Range", $"{offset}-{offset + chunk.Length - 1}");
        return new HttpRequestMessage(HttpMethod.Patch, address) { Content = content };
    }

    private string LocationOf(HttpResponseMessage response)
        => LocationOf(repository.Name, response, options.PlainHttp);

    /// <summary>Where an upload goes on.</summary>
    /// <exception cref="InvalidDataException">Nowhere, or where everybody could read along.</exception>
    internal static string LocationOf(string name, HttpResponseMessage response, bool plainHttp)
    {
        var location = response.Headers.Location is { } said
            ? new Uri(response.RequestMessage!.RequestUri!, said)
            : throw new InvalidDataException($"{name}: upload: expected the header Location, got none.");
        return location.Scheme == Uri.UriSchemeHttps || (plainHttp && location.Scheme == Uri.UriSchemeHttp)
            ? location.AbsoluteUri
            : throw new InvalidDataException(
                $"{name}: upload: expected an address over TLS in the header Location, got '{location}'.");
    }

    // Range: 0-N, both ends included.
    private static long? EndOf(HttpResponseMessage response)
        => response.Headers.TryGetValues("Range", out var values)
            && values.First().Split('-') is [var start, var end]
            && start.AsSpan().TrimStart("bytes=").SequenceEqual("0")
            && long.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last + 1 : null;
}
