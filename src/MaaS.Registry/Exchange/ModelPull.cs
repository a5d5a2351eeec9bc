using MaaS.Core.Packages;
using MaaS.Core.Trust;

namespace MaaS.Registry.Exchange;

/// <summary>One pull: the files of an artifact beside the target, checked, then the package whole.</summary>
internal sealed class ModelPull(
    OciRepository repository, ExchangeOptions options, byte[] manifestBytes, string digest, PackageReadOptions rules)
{
    private readonly string _what = $"{repository.Name}@{digest}";

    public async Task<PulledModel> RunAsync(
        string reference, string path, bool overwrite, CancellationToken cancellationToken)
    {
        var manifest = OciManifest.FromJson(_what, manifestBytes);
        var files = Files(manifest);
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var staging = $"{path}.{Guid.NewGuid():N}.tmp";
        Directory.CreateDirectory(staging);
        try
        {
            var download = new BlobDownload(repository, options);
            await options.EachAsync(files, (file, ct) =>
            {
                var target = Path.Combine(staging, file.Key);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                return download.ReceiveAsync(file.Value, target, ct);
            }, cancellationToken).ConfigureAwait(false);
            var bytes = files.Values.Sum(static f => f.Size);
            var isSigned = files.ContainsKey(ModelPack.EncryptedFile)
                ? await FinishEncryptedAsync(staging, path, overwrite, cancellationToken).ConfigureAwait(false)
                : await FinishAsync(staging, path, overwrite, cancellationToken).ConfigureAwait(false);
            return new PulledModel(
                reference, path, bytes, isSigned, IsEncrypted: files.ContainsKey(ModelPack.EncryptedFile));
        }
        finally
        {
            Directory.Delete(staging, recursive: true);
        }
    }

    // Names come from a stranger: they are checked before anything is written.
    private SortedDictionary<string, OciDescriptor> Files(OciManifest manifest)
    {
        if (manifest.ArtifactType != ModelPack.ArtifactType && manifest.Config.MediaType != ModelPack.ConfigType)
        {
            throw new InvalidDataException(
                $"{_what}: expected a model ({ModelPack.ArtifactType}), got "
                    + $"{manifest.ArtifactType ?? manifest.Config.MediaType}.");
        }

        var entries = new PackageEntries(_what, rules);
        var files = new SortedDictionary<string, OciDescriptor>(StringComparer.Ordinal);
        foreach (var layer in manifest.Layers)
        {
            var file = layer.FilePath ?? throw new InvalidDataException(
                $"{_what}: expected the annotation {ModelPack.FilePath} at every layer, found none at {layer.Digest}.");
            if (file != PackagePath.Signature)   // Signatures come as referrers, where several can be.
            {
                entries.Add(file, layer.Size, isLink: false);
                files.Add(file, layer);
            }
        }

        return files.ContainsKey(PackagePath.Manifest)
            || (files.Count == 1 && files.TryGetValue(ModelPack.EncryptedFile, out var only)
                && only.MediaType == ModelPack.EncryptedType)
            ? files
            : throw new InvalidDataException(
                $"{_what}: expected the files of a MaaS package, {PackagePath.Manifest} among them, found "
                    + $"[{string.Join(", ", files.Keys)}].");
    }

    private async Task<bool> FinishAsync(
        string staging, string path, bool overwrite, CancellationToken cancellationToken)
    {
        if (await SignatureAsync(staging, cancellationToken).ConfigureAwait(false) is { } signature)
        {
            await File.WriteAllBytesAsync(
                Path.Combine(staging, PackagePath.Signature), signature, cancellationToken).ConfigureAwait(false);
        }

        using var package = await OpenAsync(staging, cancellationToken).ConfigureAwait(false);
        await package.SaveAsync(path, overwrite, cancellationToken).ConfigureAwait(false);
        return package.IsSigned;
    }

    private async Task<bool> FinishEncryptedAsync(
        string staging, string path, bool overwrite, CancellationToken cancellationToken)
    {
        var file = Path.Combine(staging, ModelPack.EncryptedFile);
        if (!path.EndsWith(PackageWriter.Extension, StringComparison.OrdinalIgnoreCase) || !SealedHeader.IsAt(file))
        {
            throw new InvalidDataException(
                $"{_what}: expected an encrypted package and a file that ends in {PackageWriter.Extension} for it, got "
                    + $"'{path}'.");
        }

        var isSigned = false;
        if (rules.DecryptionKeys.Count > 0 || rules.RequireSignature == true || rules.TrustedKeys.Count > 0)
        {
            using var package = await OpenAsync(file, cancellationToken).ConfigureAwait(false);
            isSigned = package.IsSigned;
        }

        File.Move(file, path, overwrite);
        return isSigned;
    }

    private async Task<ModelPackage> OpenAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await ModelPackage.OpenAsync(path, rules, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            // What the reader knows is the artifact, not the folder that is gone by then.
            throw new InvalidDataException(e.Message.Replace(path, _what, StringComparison.Ordinal), e);
        }
    }

    // Anybody who may push may add a signature: the one that counts is taken, wherever it stands.
    private async Task<byte[]?> SignatureAsync(string staging, CancellationToken cancellationToken)
    {
        var signatures = await SignatureArtifact.ReadAllAsync(repository, digest, options, cancellationToken)
            .ConfigureAwait(false);
        var json = await File.ReadAllBytesAsync(Path.Combine(staging, PackagePath.Manifest), cancellationToken)
            .ConfigureAwait(false);
        return signatures.FirstOrDefault(s => PackageSignature.SignerOf(json, s, rules.TrustedKeys) is { } signer
                && !rules.RevokedKeys.Contains(KeyFingerprint.Of(signer)))
            ?? (signatures.Count > 0 ? signatures[0] : null);
    }
}
