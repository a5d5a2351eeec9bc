using System.Collections.Concurrent;
using MaaS.Core.Packages;

namespace MaaS.Registry.Exchange;

/// <summary>Pushes model packages to OCI registries, pulls, lists and copies them (OCI distribution specification
/// 1.1).</summary>
/// <remarks>Artifacts have the form of the CNCF ModelPack specification; signatures are referrers. Every digest is
/// computed anew on what arrives, and a tag is looked up once: whatever it moves to meanwhile, a pull brings what it
/// pointed to when the pull began. Safe for many threads.</remarks>
public sealed class ModelExchange : IDisposable
{
    private readonly ConcurrentDictionary<string, RegistryConnection> _connections = new(StringComparer.Ordinal);
    private readonly ExchangeOptions _options;

    /// <param name="options">Logins, TLS, and how much at once.</param>
    public ModelExchange(ExchangeOptions? options = null)
    {
        _options = options ?? new ExchangeOptions();
        if (_options is not { Parallelism: >= 1 and <= 64, ChunkBytes: >= 1, Attempts: >= 1, MaxCopyBytes: >= 0 })
        {
            throw new ArgumentException(
                "exchange: expected a parallelism of 1 to 64, chunks and attempts of at least 1 and copies of at least "
                    + $"0 bytes, got {_options.Parallelism}, {_options.ChunkBytes}, {_options.Attempts} and "
                    + $"{_options.MaxCopyBytes}.", nameof(options));
        }
    }

    /// <summary>Pushes a package. The tag appears last, so that nobody pulls half of it; what the registry has already,
    /// as after a push that was interrupted, is not sent again.</summary>
    /// <param name="target">With a tag, or <c>latest</c>.</param>
    /// <param name="package">A folder or a <c>.maas</c> file, plain or encrypted.</param>
    /// <param name="cancellationToken">Leaves the tag as it was.</param>
    /// <exception cref="InvalidDataException">The package was changed, or the registry lies.</exception>
    /// <exception cref="UnauthorizedAccessException">The registry asks for another login.</exception>
    /// <exception cref="IOException">The registry refuses, or does not answer.</exception>
    public async Task<PushedModel> PushAsync(
        OciReference target, string package, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentException.ThrowIfNullOrEmpty(package);
        ThrowIfDigest(target);
        using var artifact = await ModelArtifact.ReadAsync(
            package, target.Repository.Split('/')[^1], cancellationToken).ConfigureAwait(false);
        var repository = Repository(target, writes: true);
        var upload = new BlobUpload(repository, _options);
        var sent = 0L;
        await _options.EachAsync(
            artifact.Manifest.Blobs.DistinctBy(static b => b.Digest),
            async (blob, ct) => Interlocked.Add(
                ref sent, await upload.SendAsync(blob, () => artifact.Open(blob), ct).ConfigureAwait(false)),
            cancellationToken).ConfigureAwait(false);

        var bytes = artifact.Manifest.ToJson();
        var subject = OciDescriptor.Of(OciManifest.Type, bytes);
        await repository.PutManifestAsync(subject.Digest, OciManifest.Type, bytes, cancellationToken)
            .ConfigureAwait(false);
        if (artifact.Signature is { } signature)
        {
            var manifest = SignatureArtifact.Make(subject, signature);
            await upload.SendAsync(
                SignatureArtifact.Config, static () => new MemoryStream(ModelPack.Empty), cancellationToken)
                .ConfigureAwait(false);
            await upload.SendAsync(manifest.Layers[0], () => new MemoryStream(signature), cancellationToken)
                .ConfigureAwait(false);
            await Referrers.AddAsync(repository, manifest, cancellationToken).ConfigureAwait(false);
        }

        await repository.PutManifestAsync(target.Version, OciManifest.Type, bytes, cancellationToken)
            .ConfigureAwait(false);
        return new PushedModel(
            $"{target with { Tag = target.Version, Digest = subject.Digest }}", sent,
            artifact.Signature is null ? 0 : 1);
    }

    /// <summary>Pulls a package.</summary>
    /// <param name="source">By tag or digest.</param>
    /// <param name="path">Ends in <c>.maas</c> for a single file; any other path becomes a folder.</param>
    /// <param name="rules">Limits, and whose signatures count.</param>
    /// <param name="overwrite">Whether an existing package is replaced.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    /// <exception cref="KeyNotFoundException">The registry has no such artifact, or half of it.</exception>
    /// <exception cref="InvalidDataException">The artifact is no package, or fails the rules, or the registry
    /// lies.</exception>
    public async Task<PulledModel> PullAsync(
        OciReference source, string path, PackageReadOptions? rules = null, bool overwrite = false,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!overwrite && Path.Exists(path))
        {
            throw new IOException($"{path}: expected no package there yet, found one.");
        }

        var repository = Repository(source, writes: false);
        var (manifest, digest) = await ManifestAsync(repository, source, cancellationToken).ConfigureAwait(false);
        var pull = new ModelPull(repository, _options, manifest, digest, rules ?? new PackageReadOptions());
        return await pull.RunAsync(
            $"{source with { Digest = digest }}", path, overwrite, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lists the tags of a repository and what they point to.</summary>
    /// <param name="repository">A reference; its tag does not count.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="KeyNotFoundException">There is no such repository.</exception>
    public async Task<IReadOnlyList<RemoteModel>> ListAsync(
        OciReference repository, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(repository);
        var remote = Repository(repository, writes: false);
        var found = new ConcurrentBag<RemoteModel>();
        await _options.EachAsync(await remote.TagsAsync(cancellationToken).ConfigureAwait(false), async (tag, ct) =>
        {
            if (await remote.FindManifestAsync(tag, ct).ConfigureAwait(false) is { } manifest)
            {
                found.Add(await RemoteCopy.DescribeAsync(remote, tag, manifest.Bytes, manifest.Digest, ct)
                    .ConfigureAwait(false));
            }
        }, cancellationToken).ConfigureAwait(false);
        return [.. found.OrderBy(static m => m.Tag, StringComparer.Ordinal)];
    }

    /// <summary>Copies an artifact with everything that refers to it, byte for byte: digests stay as they
    /// are.</summary>
    /// <param name="source">By tag or digest.</param>
    /// <param name="target">In the same registry or another one.</param>
    /// <param name="cancellationToken">Leaves the target's tag as it was.</param>
    /// <exception cref="KeyNotFoundException">There is no such artifact.</exception>
    /// <exception cref="InvalidDataException">What refers to it cannot be copied, it is larger than <see
    /// cref="ExchangeOptions.MaxCopyBytes"/>, or a registry lies.</exception>
    public async Task<PushedModel> CopyAsync(
        OciReference source, OciReference target, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        ThrowIfDigest(target);
        var from = Repository(source, writes: false);
        var (manifest, digest) = await ManifestAsync(from, source, cancellationToken).ConfigureAwait(false);
        var copy = new RemoteCopy(
            from, Repository(target, writes: true), _options, source.Host == target.Host ? source.Repository : null);
        var (sent, referrers) = await copy.RunAsync(manifest, digest, target.Version, cancellationToken)
            .ConfigureAwait(false);
        return new PushedModel($"{target with { Tag = target.Version, Digest = digest }}", sent, referrers);
    }

    /// <summary>Asks a registry whether it takes a login.</summary>
    /// <param name="host">The registry.</param>
    /// <param name="login">Null for the stored one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether the registry asked for it; false where it answers anybody, which says nothing of the
    /// login.</returns>
    /// <exception cref="UnauthorizedAccessException">It does not.</exception>
    public async Task<bool> CheckLoginAsync(
        string host, RegistryLogin? login, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        using var connection = new RegistryConnection(OciReference.Parse($"{host}/any"), _options, login);
        using var response = await connection.SendAsync(
            "/v2/", "", static address => new HttpRequestMessage(HttpMethod.Get, address), attempts: null,
            cancellationToken).ConfigureAwait(false);
        await OciRepository.ThrowUnlessAsync(response, host, cancellationToken, System.Net.HttpStatusCode.OK)
            .ConfigureAwait(false);
        return connection.WasAsked;
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose()
    {
        foreach (var connection in _connections.Values)
        {
            connection.Dispose();
        }
    }

    private OciRepository Repository(OciReference reference, bool writes)
        => new(
            _connections.GetOrAdd(reference.Host, _ => new RegistryConnection(reference, _options)),
            reference.Repository, writes);

    private static async Task<(byte[] Bytes, string Digest)> ManifestAsync(
        OciRepository repository, OciReference reference, CancellationToken cancellationToken)
        => await repository.FindManifestAsync(reference.Version, cancellationToken).ConfigureAwait(false)
            ?? throw new KeyNotFoundException(
                $"{repository.Name}: expected an artifact '{reference.Version}', found none; 'maas list "
                    + $"{repository.Name}' shows what is there.");

    private static void ThrowIfDigest(OciReference target)
    {
        if (target.Digest is not null)
        {
            throw new ArgumentException($"expected a tag to write to, got the digest in '{target}'.", nameof(target));
        }
    }
}
