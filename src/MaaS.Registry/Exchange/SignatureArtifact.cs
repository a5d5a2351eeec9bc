using MaaS.Core.Packages;

namespace MaaS.Registry.Exchange;

/// <summary>A package's <c>manifest.sig</c> as an artifact that refers to the package's.</summary>
internal static class SignatureArtifact
{
    public static OciDescriptor Config => OciDescriptor.Of(ModelPack.EmptyType, ModelPack.Empty);

    public static OciManifest Make(OciDescriptor subject, byte[] signature) => new()
    {
        ArtifactType = ModelPack.SignatureArtifactType,
        Config = Config,
        Layers =
        [
            OciDescriptor.Of(ModelPack.SignatureType, signature) with
            {
                Annotations = new Dictionary<string, string> { [ModelPack.FilePath] = PackagePath.Signature },
            },
        ],
        Subject = subject,
    };

    /// <summary>Every signature that refers to a package, in the order of the registry.</summary>
    /// <remarks>Whoever may push may add what is none: that is passed over.</remarks>
    public static async Task<IReadOnlyList<byte[]>> ReadAllAsync(
        OciRepository repository, string digest, ExchangeOptions options, CancellationToken cancellationToken)
    {
        List<byte[]> signatures = [];
        foreach (var referrer in (await Referrers.FindAsync(repository, digest, cancellationToken)
            .ConfigureAwait(false)).Where(Referrers.IsSignature))
        {
            try
            {
                if (await ReadAsync(repository, digest, referrer, options, cancellationToken).ConfigureAwait(false)
                    is { } signature)
                {
                    signatures.Add(signature);
                }
            }
            catch (Exception e) when (e is InvalidDataException or KeyNotFoundException)
            {
                continue;   // No image manifest, or one whose content is gone: whether one is missed, the rules tell.
            }
        }

        return signatures;
    }

    private static async Task<byte[]?> ReadAsync(
        OciRepository repository, string digest, OciDescriptor referrer, ExchangeOptions options,
        CancellationToken cancellationToken)
    {
        if (await repository.FindManifestAsync(referrer.Digest, cancellationToken).ConfigureAwait(false)
            is not { } found)
        {
            return null;   // Deleted, and still listed.
        }

        var manifest = OciManifest.FromJson($"{repository.Name}@{referrer.Digest}", found.Bytes);
        return manifest.Subject?.Digest == digest
            && manifest.Layers is [{ MediaType: ModelPack.SignatureType, Size: PackageSignature.Bytes } layer]
            ? await new BlobDownload(repository, options).ReadAsync(layer, cancellationToken).ConfigureAwait(false)
            : null;
    }
}
