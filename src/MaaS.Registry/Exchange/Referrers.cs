using System.Net;
using System.Text.RegularExpressions;

namespace MaaS.Registry.Exchange;

/// <summary>What refers to a manifest, as signatures do: by the endpoint for it, or where a registry has none by the
/// tag <c>sha256-…</c> that stands in for it (distribution specification 1.1, "Unavailable Referrers API").</summary>
internal static partial class Referrers
{
    private const int FallbackAttempts = 8;

    public static bool IsFallbackTag(string tag) => FallbackTag().IsMatch(tag);

    /// <summary>Whether it is listed as a signature that can be asked for.</summary>
    public static bool IsSignature(OciDescriptor referrer)
        => referrer is { IsSound: true, ArtifactType: ModelPack.SignatureArtifactType };

    /// <summary>The manifests that refer to one, page by page; of any kind, as the registry names them.</summary>
    public static async Task<IReadOnlyList<OciDescriptor>> FindAsync(
        OciRepository repository, string digest, CancellationToken cancellationToken)
    {
        List<OciDescriptor> found = [];
        var (path, bytes) = ($"referrers/{digest}", 0L);
        for (var page = 1; path is not null; page++)
        {
            using var response = await repository.SendAsync(
                path, static address => new HttpRequestMessage(HttpMethod.Get, address)
                {
                    Headers = { Accept = { new(OciIndex.Type) } },
                },
                attempts: null, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.OK
                && response.Content.Headers.ContentType?.MediaType == OciIndex.Type)
            {
                var json = await LimitedContent.ReadAsync(response, OciManifest.MaxBytes, cancellationToken)
                    .ConfigureAwait(false);
                found.AddRange(OciIndex.FromJson($"{repository.Name}: referrers", json).Manifests);
                OciRepository.ThrowIfEndless($"{repository.Name}: referrers", page, bytes += json.Length);
                path = OciRepository.NextPage(response);
            }
            else if (page == 1 && response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.OK
                or HttpStatusCode.MethodNotAllowed or HttpStatusCode.BadRequest)
            {
                return await FallbackAsync(repository, digest, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                throw await RegistryConnection.RefusalAsync(
                    response, $"{repository.Name}: referrers", cancellationToken).ConfigureAwait(false);
            }
        }

        return found;
    }

    /// <summary>Stores a manifest with a subject, and notes it in the fallback tag where the registry does
    /// not.</summary>
    public static async Task AddAsync(
        OciRepository repository, OciManifest manifest, CancellationToken cancellationToken)
    {
        var bytes = manifest.ToJson();
        var descriptor = OciDescriptor.Of(OciManifest.Type, bytes) with
        {
            ArtifactType = manifest.ArtifactType,
            Annotations = manifest.Annotations,
        };
        if (await repository.PutManifestAsync(descriptor.Digest, OciManifest.Type, bytes, cancellationToken)
            .ConfigureAwait(false))
        {
            return;
        }

        await NoteAsync(repository, manifest.Subject!.Digest, descriptor, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Notes a stored manifest in the fallback tag.</summary>
    /// <exception cref="IOException">Others change the tag all the time.</exception>
    public static async Task NoteAsync(
        OciRepository repository, string subject, OciDescriptor descriptor, CancellationToken cancellationToken)
    {
        // A tag cannot be compared and exchanged: two that write at once are found out by looking again.
        for (var attempt = 1; attempt <= FallbackAttempts; attempt++)
        {
            var known = await FallbackAsync(repository, subject, cancellationToken).ConfigureAwait(false);
            if (known.Any(k => k.Digest == descriptor.Digest))
            {
                return;
            }

            var index = OciJson.Write(new OciIndex { Manifests = [.. known, descriptor] });
            await repository.PutManifestAsync(TagOf(subject), OciIndex.Type, index, cancellationToken)
                .ConfigureAwait(false);
            if (attempt > 1)
            {
                await repository.Connection.WaitAsync(attempt - 1, cancellationToken).ConfigureAwait(false);
            }
        }

        var stored = await FallbackAsync(repository, subject, cancellationToken).ConfigureAwait(false);
        if (!stored.Any(k => k.Digest == descriptor.Digest))
        {
            throw new IOException(
                $"{repository.Name}:{TagOf(subject)}: expected the signature to stay noted, others change the tag all "
                    + "the time; push again.");
        }
    }

    private static async Task<IReadOnlyList<OciDescriptor>> FallbackAsync(
        OciRepository repository, string digest, CancellationToken cancellationToken)
        => await repository.FindManifestAsync(TagOf(digest), cancellationToken).ConfigureAwait(false) is { } found
            ? OciIndex.FromJson($"{repository.Name}:{TagOf(digest)}", found.Bytes).Manifests : [];

    private static string TagOf(string digest) => digest.Replace(':', '-');

    [GeneratedRegex(@"\Asha256-[0-9a-f]{64}\z")]
    private static partial Regex FallbackTag();
}
