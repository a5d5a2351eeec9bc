using System.Security.Cryptography;

namespace MaaS.Core.Packages;

/// <content>How an opened package is written to another place.</content>
public sealed partial class ModelPackage
{
    /// <summary>Finds out before long work whether a package could be written: makes its folder, and a file there that
    /// is deleted again.</summary>
    /// <param name="path">Ends in <c>.maas</c> for a single file; any other path is a folder's. What is there is
    /// neither created nor changed.</param>
    /// <param name="overwrite">Whether an existing package is to be replaced.</param>
    /// <exception cref="IOException">There is a package already, or something else, or the place cannot be
    /// written.</exception>
    public static void EnsureWritable(string path, bool overwrite = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        PackageWriter.EnsureWritable(path, overwrite);
    }

    /// <summary>Copies a file of the package, of any size; its hash is checked again on the very bytes
    /// written.</summary>
    /// <param name="file">A path in <see cref="ModelManifest.Files"/>.</param>
    /// <param name="target">Gets the bytes; stays open.</param>
    /// <param name="cancellationToken">Stops between two blocks.</param>
    /// <exception cref="FileNotFoundException">The package has no such file.</exception>
    /// <exception cref="InvalidDataException">The file changed since the package was opened; what was written is to be
    /// thrown away.</exception>
    public Task CopyFileAsync(string file, Stream target, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        ArgumentNullException.ThrowIfNull(target);
        return CopyCheckedAsync(file, target, cancellationToken);
    }

    /// <summary>Writes the package to another place, as a folder or a <c>.maas</c> file; manifest and signature stay as
    /// they are.</summary>
    /// <param name="path">Ends in <c>.maas</c> for a single file; any other path becomes a folder.</param>
    /// <param name="overwrite">Whether an existing package is replaced.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    public Task SaveAsync(string path, bool overwrite = false, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return PackageWriter.WriteAsync(path, overwrite, sink => CopyToAsync(sink, cancellationToken));
    }

    /// <summary>Writes the package with a new signature; everything else stays as it is.</summary>
    /// <param name="path">Ends in <c>.maas</c> for a single file; any other path becomes a folder. With
    /// <paramref name="overwrite"/> it may be where the package was opened from.</param>
    /// <param name="key">ECDSA P-256 private key.</param>
    /// <param name="overwrite">Whether an existing package is replaced.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    /// <exception cref="InvalidOperationException">The package is encrypted: sign it before.</exception>
    public Task SaveSignedAsync(
        string path, ECDsa key, bool overwrite = false, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(key);
        var signature = PackageSignature.Sign(_manifest, key);
        return IsEncrypted
            ? throw new InvalidOperationException(
                $"{Location}: expected a plain package to sign, got an encrypted one; decrypt it, sign it, and "
                    + "encrypt it again.")
            : PackageWriter.WriteAsync(path, overwrite, sink => CopyToAsync(sink, signature, cancellationToken));
    }

    /// <summary>Writes the package as one encrypted <c>.maas</c> file; no plain byte touches the disk.</summary>
    /// <param name="path">Ends in <c>.maas</c>.</param>
    /// <param name="recipients">P-256 public keys, 1 to 64; the private half of any opens the file.</param>
    /// <param name="overwrite">Whether an existing file is replaced.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    /// <exception cref="ArgumentException">The path has another ending, or there are no recipients or too
    /// many.</exception>
    public Task SaveEncryptedAsync(
        string path, IReadOnlyList<ECDiffieHellman> recipients, bool overwrite = false,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(recipients);
        return path.EndsWith(PackageWriter.Extension, StringComparison.OrdinalIgnoreCase)
            ? PackageWriter.WriteAsync(
                path, overwrite, sink => CopyToAsync(sink, _signature, cancellationToken), recipients)
            : throw new ArgumentException(
                $"encrypt: expected a file that ends in {PackageWriter.Extension}, got '{path}'.", nameof(path));
    }

    /// <summary>Copies the file of an encrypted package as it is.</summary>
    internal Task CopySealedToAsync(IPackageSink sink, CancellationToken cancellationToken)
        => sink.AddAsync(PackagePath.Sealed, async target =>
        {
            var source = new FileStream(
                Directory.Exists(Location) ? Path.Combine(Location, PackagePath.Sealed) : Location,
                FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            await using (source.ConfigureAwait(false))
            {
                await source.CopyToAsync(target, cancellationToken).ConfigureAwait(false);
            }
        });

    /// <summary>Copies every file, checked, manifest and signature as they are.</summary>
    internal Task CopyToAsync(IPackageSink sink, CancellationToken cancellationToken)
        => CopyToAsync(sink, _signature, cancellationToken);

    private async Task CopyToAsync(IPackageSink sink, byte[]? signature, CancellationToken cancellationToken)
    {
        foreach (var file in Manifest.Files.Keys.Order(StringComparer.Ordinal))
        {
            await sink.AddAsync(file, target => CopyCheckedAsync(file, target, cancellationToken))
                .ConfigureAwait(false);
        }

        await AddManifestAsync(sink, _manifest, signature, cancellationToken).ConfigureAwait(false);
    }

    private static async Task AddManifestAsync(
        IPackageSink sink, byte[] manifest, byte[]? signature, CancellationToken cancellationToken)
    {
        await sink.AddAsync(PackagePath.Manifest, s => s.WriteAsync(manifest, cancellationToken).AsTask())
            .ConfigureAwait(false);
        if (signature is not null)
        {
            await sink.AddAsync(PackagePath.Signature, s => s.WriteAsync(signature, cancellationToken).AsTask())
                .ConfigureAwait(false);
        }
    }
}
