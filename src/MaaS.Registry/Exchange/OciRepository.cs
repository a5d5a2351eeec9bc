using System.Net;

namespace MaaS.Registry.Exchange;

/// <summary>One repository of an OCI registry: manifests, tags and referrers (distribution specification
/// 1.1).</summary>
internal sealed class OciRepository(RegistryConnection connection, string name, bool writes)
{
    private const int MostPages = 1000, MostListBytes = 16 << 20;

    private readonly string _scope = $"repository:{name}:{(writes ? "pull,push" : "pull")}";

    public string Name => $"{connection.Host}/{name}";

    public RegistryConnection Connection => connection;

    /// <summary>Sends a request below <c>/v2/NAME/</c>, or to a whole address.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="create">Makes the request anew for every attempt.</param>
    /// <param name="attempts">How often; null for as often as the options say.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="alsoPulls">Another repository that is read for it; null for none.</param>
    public Task<HttpResponseMessage> SendAsync(
        string path, Func<Uri, HttpRequestMessage> create, int? attempts, CancellationToken cancellationToken,
        string? alsoPulls = null)
        => connection.SendAsync(
            path.Contains("://", StringComparison.Ordinal) || path.StartsWith('/') ? path : $"/v2/{name}/{path}",
            alsoPulls is null ? _scope : $"{_scope} repository:{alsoPulls}:pull", create, attempts, cancellationToken);

    /// <summary>Reads a manifest and makes sure that it is the one asked for.</summary>
    /// <param name="version">A tag or a digest.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Its bytes and their digest; null where there is none.</returns>
    /// <exception cref="InvalidDataException">The registry gave another one than it said, or than was asked
    /// for.</exception>
    public async Task<(byte[] Bytes, string Digest)?> FindManifestAsync(
        string version, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            $"manifests/{version}", static address => new HttpRequestMessage(HttpMethod.Get, address)
            {
                Headers = { Accept = { new(OciManifest.Type), new(OciIndex.Type) } },
            },
            attempts: null, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        await ThrowUnlessAsync(response, $"{Name}:{version}", cancellationToken, HttpStatusCode.OK)
            .ConfigureAwait(false);
        var bytes = await LimitedContent.ReadAsync(response, OciManifest.MaxBytes, cancellationToken)
            .ConfigureAwait(false);
        var digest = OciDescriptor.DigestOf(bytes);
        var said = version.Contains(':', StringComparison.Ordinal) ? version
            : response.Headers.TryGetValues("Docker-Content-Digest", out var values) ? values.First() : digest;
        return said == digest ? (bytes, digest)
            : throw new InvalidDataException(
                $"{Name}:{version}: expected the manifest {said}, got {digest}: the registry is damaged, or somebody "
                    + "changes what it sends.");
    }

    /// <summary>Stores a manifest under a tag or its own digest.</summary>
    /// <returns>Whether the registry has noted its subject.</returns>
    public async Task<bool> PutManifestAsync(
        string version, string mediaType, byte[] bytes, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            $"manifests/{version}", address => new HttpRequestMessage(HttpMethod.Put, address)
            {
                Content = new ByteArrayContent(bytes) { Headers = { ContentType = new(mediaType) } },
            },
            attempts: null, cancellationToken).ConfigureAwait(false);
        await ThrowUnlessAsync(
            response, $"{Name}:{version}", cancellationToken, HttpStatusCode.Created, HttpStatusCode.OK)
            .ConfigureAwait(false);
        var digest = OciDescriptor.DigestOf(bytes);
        return !response.Headers.TryGetValues("Docker-Content-Digest", out var said) || said.First() == digest
            ? response.Headers.Contains("OCI-Subject")
            : throw new InvalidDataException(
                $"{Name}:{version}: expected the registry to store {digest}, it says {said.First()}.");
    }

    /// <summary>All tags, page by page; those of the referrers' fallback are left out.</summary>
    /// <exception cref="InvalidDataException">There is no end of them.</exception>
    public async Task<IReadOnlyList<string>> TagsAsync(CancellationToken cancellationToken)
    {
        List<string> tags = [];
        var (path, bytes) = ("tags/list?n=1000", 0L);
        for (var page = 1; path is not null; page++)
        {
            using var response = await SendAsync(
                path, static address => new HttpRequestMessage(HttpMethod.Get, address), attempts: null,
                cancellationToken).ConfigureAwait(false);
            await ThrowUnlessAsync(response, Name, cancellationToken, HttpStatusCode.OK).ConfigureAwait(false);
            var json = await LimitedContent.ReadAsync(response, OciManifest.MaxBytes, cancellationToken)
                .ConfigureAwait(false);
            tags.AddRange(OciJson.Read<TagList>(Name, json).Tags ?? []);
            ThrowIfEndless($"{Name}: tags", page, bytes += json.Length);
            path = NextPage(response);
        }

        return [.. tags.Where(static t => !Referrers.IsFallbackTag(t)).Order(StringComparer.Ordinal)];
    }

    /// <exception cref="IOException">The answer has another status; with the registry's words.</exception>
    public static async Task ThrowUnlessAsync(
        HttpResponseMessage response, string what, CancellationToken cancellationToken,
        params HttpStatusCode[] expected)
    {
        if (!expected.Contains(response.StatusCode))
        {
            throw await RegistryConnection.RefusalAsync(response, what, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Where a list goes on, on the same registry; null at its end (RFC 8288:
    /// <c>&lt;ADDRESS&gt;; rel="next"</c>).</summary>
    public static string? NextPage(HttpResponseMessage response)
    {
        var link = response.Headers.TryGetValues("Link", out var links) ? links.First() : "";
        var (from, to) = (link.IndexOf('<', StringComparison.Ordinal), link.IndexOf('>', StringComparison.Ordinal));
        if (from < 0 || to < from || !link.Contains("next", StringComparison.Ordinal))
        {
            return null;
        }

        var asked = response.RequestMessage!.RequestUri!;
        return Uri.TryCreate(asked, link[(from + 1)..to], out var next) && next.Authority == asked.Authority
            ? next.PathAndQuery : null;
    }

    /// <exception cref="InvalidDataException">A list is longer than any that is one.</exception>
    public static void ThrowIfEndless(string what, int pages, long bytes)
    {
        if (pages > MostPages || bytes > MostListBytes)
        {
            throw new InvalidDataException(
                $"{what}: expected a list of at most {MostPages} pages and {MostListBytes} bytes, got more.");
        }
    }

    private sealed record TagList
    {
        public IReadOnlyList<string>? Tags { get; init; }
    }
}
