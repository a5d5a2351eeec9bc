namespace MaaS.Registry.Exchange;

/// <summary>Copies an artifact from repository to repository, with what refers to it.</summary>
/// <param name="source">Where it is.</param>
/// <param name="target">Where it goes.</param>
/// <param name="options">How much at once.</param>
/// <param name="mountFrom">The source's name where both are of one registry; null otherwise.</param>
internal sealed class RemoteCopy(
    OciRepository source, OciRepository target, ExchangeOptions options, string? mountFrom)
{
    private readonly BlobUpload _upload = new(target, options);
    private readonly BlobDownload _download = new(source, options);
    private long _bytes;

    public async Task<(long Sent, int Signatures)> RunAsync(
        byte[] manifest, string digest, string tag, CancellationToken cancellationToken)
    {
        var sent = await BlobsAsync(
            OciManifest.FromJson($"{source.Name}@{digest}", manifest), cancellationToken).ConfigureAwait(false);
        await target.PutManifestAsync(digest, OciManifest.Type, manifest, cancellationToken).ConfigureAwait(false);
        var signatures = 0;
        foreach (var referrer in await Referrers.FindAsync(source, digest, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                if (await ReferrerAsync(referrer, digest, cancellationToken).ConfigureAwait(false) is { } more)
                {
                    sent += more;
                    signatures += Referrers.IsSignature(referrer) ? 1 : 0;
                }
            }
            catch (Exception e) when (e is InvalidDataException or KeyNotFoundException)
            {
                throw new InvalidDataException(
                    $"{source.Name}@{referrer.Digest}: expected everything that refers to {digest} to be an image "
                        + $"manifest with its contents: {e.Message} Delete it at the source to copy the rest.", e);
            }
        }

        await target.PutManifestAsync(tag, OciManifest.Type, manifest, cancellationToken).ConfigureAwait(false);
        return (sent, signatures);
    }

    /// <summary>What a tag points to.</summary>
    public static async Task<RemoteModel> DescribeAsync(
        OciRepository repository, string tag, byte[] bytes, string digest, CancellationToken cancellationToken)
    {
        OciManifest manifest;
        try
        {
            manifest = OciManifest.FromJson($"{repository.Name}:{tag}", bytes);
        }
        catch (InvalidDataException)
        {
            return new RemoteModel(tag, digest, null, null, bytes.Length, 0, IsModel: false);   // An index, say.
        }

        var (name, version) = ModelArtifact.Describe(manifest);
        var referrers = await Referrers.FindAsync(repository, digest, cancellationToken).ConfigureAwait(false);
        return new RemoteModel(
            tag, digest, name, version, manifest.Layers.Sum(static l => l.Size),
            referrers.Count(Referrers.IsSignature),
            manifest.ArtifactType == ModelPack.ArtifactType || manifest.Config.MediaType == ModelPack.ConfigType);
    }

    // Bytes that were sent; null for what is deleted and still listed.
    private async Task<long?> ReferrerAsync(OciDescriptor referrer, string subject, CancellationToken cancellationToken)
    {
        if (!referrer.IsSound)
        {
            throw new InvalidDataException("got another digest than one of SHA-256.");
        }

        if (await source.FindManifestAsync(referrer.Digest, cancellationToken).ConfigureAwait(false)
            is not { } found)
        {
            return null;
        }

        var sent = await BlobsAsync(
            OciManifest.FromJson($"{source.Name}@{referrer.Digest}", found.Bytes), cancellationToken)
            .ConfigureAwait(false);
        if (!await target.PutManifestAsync(referrer.Digest, OciManifest.Type, found.Bytes, cancellationToken)
            .ConfigureAwait(false))
        {
            await Referrers.NoteAsync(target, subject, referrer, cancellationToken).ConfigureAwait(false);
        }

        return sent;
    }

    private async Task<long> BlobsAsync(OciManifest manifest, CancellationToken cancellationToken)
    {
        var sent = 0L;
        await options.EachAsync(
            manifest.Blobs.DistinctBy(static b => b.Digest),
            async (blob, ct) => Interlocked.Add(ref sent, await BlobAsync(blob, ct).ConfigureAwait(false)),
            cancellationToken).ConfigureAwait(false);
        return sent;
    }

    // The folder is this account's alone: models may be secret.
    private async Task<long> BlobAsync(OciDescriptor blob, CancellationToken cancellationToken)
    {
        if (await _upload.ExistsAsync(blob, cancellationToken).ConfigureAwait(false)
            || (mountFrom is not null
                && await _upload.TryMountAsync(blob, mountFrom, cancellationToken).ConfigureAwait(false)))
        {
            return 0;
        }

        if (Interlocked.Add(ref _bytes, blob.Size) is var bytes && bytes > options.MaxCopyBytes)
        {
            throw new InvalidDataException(
                $"{source.Name}: expected at most {options.MaxCopyBytes} bytes to copy, got {bytes}.");
        }

        var folder = Directory.CreateTempSubdirectory("maas-copy-").FullName;
        var file = Path.Combine(folder, "content");
        try
        {
            await _download.ReceiveAsync(blob, file, cancellationToken).ConfigureAwait(false);
            return await _upload.SendAsync(blob, () => File.OpenRead(file), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
