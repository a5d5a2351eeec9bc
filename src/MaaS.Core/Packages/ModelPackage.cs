using System.Security.Cryptography;

namespace MaaS.Core.Packages;

/// <summary>A model with everything that belongs to it: a folder, or one <c>.maas</c> file (a zip archive).</summary>
/// <remarks>
/// <c>manifest.json</c> holds the SHA-256 of every other file. Opening checks them all before anything but the manifest
/// is parsed; paths that lead outside, links, duplicates, and files that are too large or not in the manifest are
/// refused.
/// </remarks>
public sealed partial class ModelPackage : IDisposable
{
    /// <summary>Path of the network in a package.</summary>
    public const string ModelFile = "model.onnx";

    private const int MaxManifestBytes = 16 << 20;

    private readonly IPackageStore _store;
    private readonly SemaphoreSlim _oneReader = new(1);
    private readonly byte[] _manifest;
    private readonly byte[]? _signature;

    private ModelPackage(string path, IPackageStore store, byte[] manifest, byte[]? signature)
    {
        Location = path;
        _store = store;
        _manifest = manifest;
        _signature = signature;
        Manifest = ModelManifest.FromJson(manifest);
    }

    /// <summary>The folder or file that the package was opened from.</summary>
    public string Location { get; }

    /// <summary>What the package says of itself.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>Whether the package carries a signature; opening with trusted keys checks it.</summary>
    public bool IsSigned => _signature is not null;

    /// <summary>Whether the package lies encrypted, and is opened in memory alone.</summary>
    public bool IsEncrypted => _store.IsEncrypted;

    /// <summary>Bytes of all its files, manifest and signature among them, once they are unpacked.</summary>
    public long Bytes => _store.Files.Values.Sum();

    /// <summary>Which of the keys has signed the package; null for none of them.</summary>
    /// <param name="keys">ECDSA P-256 public keys.</param>
    public ECDsa? FindSigner(IReadOnlyList<ECDsa> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return _signature is null ? null : PackageSignature.SignerOf(_manifest, _signature, keys);
    }

    /// <summary>Writes a package, whole or not at all.</summary>
    /// <param name="path">Ends in <c>.maas</c> for a single file; any other path becomes a folder.</param>
    /// <param name="manifest">Everything but <see cref="ModelManifest.Files"/>, which is filled here.</param>
    /// <param name="files">Content by path in the package; <c>model.onnx</c> among them.</param>
    /// <param name="options">Overwriting and signing.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    /// <exception cref="InvalidDataException">The manifest has faults, or a path is not allowed.</exception>
    /// <exception cref="IOException">There is a package already, or the disk is full.</exception>
    public static Task CreateAsync(
        string path,
        ModelManifest manifest,
        IReadOnlyDictionary<string, PackageContent> files,
        PackageWriteOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(files);
        options ??= new PackageWriteOptions();
        if (!files.ContainsKey(ModelFile)
            || files.Keys.Distinct(StringComparer.OrdinalIgnoreCase).Count() < files.Count)
        {
            throw new ArgumentException(
                $"ModelPackage.Create: expected '{ModelFile}' and paths that differ by more than letter case, got "
                    + $"[{string.Join(", ", files.Keys)}].", nameof(files));
        }

        manifest = manifest with
        {
            Files = files.ToDictionary(f => f.Key, _ => new PackageFileEntry(new string('0', 64), 0)),
        };
        manifest.ThrowIfFaulty();
        return PackageWriter.WriteAsync(path, options.Overwrite, async sink =>
        {
            var entries = new SortedDictionary<string, PackageFileEntry>(StringComparer.Ordinal);
            foreach (var (name, content) in files.OrderBy(f => f.Key, StringComparer.Ordinal))
            {
                var source = content.Open();
                await using (source.ConfigureAwait(false))
                {
                    await sink.AddAsync(
                        name,
                        async target
                            => entries[name] = await HashedCopy.RunAsync(
                                source, target, long.MaxValue, cancellationToken)
                        .ConfigureAwait(false)).ConfigureAwait(false);
                }
            }

            var json = (manifest with { Files = entries }).ToJson();
            await AddManifestAsync(
                sink, json, options.SigningKey is { } key ? PackageSignature.Sign(json, key) : null, cancellationToken)
                    .ConfigureAwait(false);
        });
    }

    /// <summary>Opens a package and checks every file in it.</summary>
    /// <param name="path">A folder or a <c>.maas</c> file.</param>
    /// <param name="options">Limits and trusted keys.</param>
    /// <param name="cancellationToken">Stops between two blocks.</param>
    /// <exception cref="FileNotFoundException">There is nothing at the path.</exception>
    /// <exception cref="InvalidDataException">A file is changed, missing, too much or not allowed, the signature is
    /// missing, wrong or by a revoked key, or no decryption key opens it.</exception>
    public static async Task<ModelPackage> OpenAsync(
        string path, PackageReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new PackageReadOptions();
        return await OpenFromAsync(path, PackageStore.Open(path, options), options, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Opens a package whose files lie somewhere else, and checks them.</summary>
    internal static async Task<ModelPackage> OpenFromAsync(
        string path, IPackageStore store, PackageReadOptions options, CancellationToken cancellationToken)
    {
        try
        {
            var (manifest, signature) = await ReadHeadAsync(path, store, options, cancellationToken)
                .ConfigureAwait(false);
            var package = new ModelPackage(path, store, manifest, signature);
            await package.CheckFilesAsync(cancellationToken).ConfigureAwait(false);
            return package;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Reads the manifest alone: who the package says it is. Its signature is checked, its files are
    /// not.</summary>
    /// <inheritdoc cref="OpenAsync"/>
    public static async Task<ModelManifest> ReadManifestAsync(
        string path, PackageReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new PackageReadOptions();
        using var store = PackageStore.Open(path, options);
        return ModelManifest.FromJson(
            (await ReadHeadAsync(path, store, options, cancellationToken).ConfigureAwait(false)).Manifest);
    }

    /// <summary>Reads a file whole; its hash is checked again on the very bytes returned.</summary>
    /// <param name="file">A path in <see cref="ModelManifest.Files"/>.</param>
    /// <param name="cancellationToken">Stops between two blocks.</param>
    /// <exception cref="FileNotFoundException">The package has no such file.</exception>
    /// <exception cref="InvalidDataException">The file changed since the package was opened.</exception>
    public async Task<byte[]> ReadAsync(string file, CancellationToken cancellationToken = default)
    {
        var size = Entry(file).Size;
        var bytes = size <= Array.MaxLength ? new byte[size]
            : throw new InvalidDataException(
                $"{Location}: '{file}': expected less than 2 GiB to be read into memory, got {size} bytes; save the "
                    + "package to a folder.");
        using var target = new MemoryStream(bytes);
        await CopyCheckedAsync(file, target, cancellationToken).ConfigureAwait(false);
        return bytes;
    }

    /// <summary>Closes the archive.</summary>
    public void Dispose()
    {
        _store.Dispose();
        _oneReader.Dispose();
    }

    private static async Task<(byte[] Manifest, byte[]? Signature)> ReadHeadAsync(
        string path, IPackageStore store, PackageReadOptions options, CancellationToken cancellationToken)
    {
        if (options.RequireEncryption && !store.IsEncrypted)
        {
            throw new InvalidDataException(
                $"{path}: expected an encrypted package, got a plain one; encrypt it with 'maas encrypt', or let plain "
                    + "ones in.");
        }

        if (!store.Files.ContainsKey(PackagePath.Manifest))
        {
            throw new InvalidDataException($"{path}: expected a model package, found no {PackagePath.Manifest} in it.");
        }

        var manifest = await ReadSmallAsync(store, PackagePath.Manifest, cancellationToken).ConfigureAwait(false);
        var signature = store.Files.ContainsKey(PackagePath.Signature)
            ? await ReadSmallAsync(store, PackagePath.Signature, cancellationToken).ConfigureAwait(false)
            : null;
        PackageSignature.Check(path, manifest, signature, options);
        return (manifest, signature);
    }

    private static async Task<byte[]> ReadSmallAsync(
        IPackageStore store, string file, CancellationToken cancellationToken)
    {
        using var target = new MemoryStream();
        var source = store.Open(file);
        await using (source.ConfigureAwait(false))
        {
            await HashedCopy.RunAsync(source, target, MaxManifestBytes, cancellationToken).ConfigureAwait(false);
        }

        return target.ToArray();
    }

    private async Task CheckFilesAsync(CancellationToken cancellationToken)
    {
        var inPackage = _store.Files.Keys.Where(f => f is not (PackagePath.Manifest or PackagePath.Signature))
            .ToHashSet(StringComparer.Ordinal);
        if (inPackage.FirstOrDefault(f => !Manifest.Files.ContainsKey(f)) is { } extra)
        {
            throw new InvalidDataException(
                $"{Location}: expected only files that the manifest lists, found '{extra}'.");
        }

        if (!Manifest.Files.ContainsKey(ModelFile))
        {
            throw new InvalidDataException(
                $"{Location}: expected '{ModelFile}' among the files of the manifest, found none.");
        }

        foreach (var (file, entry) in Manifest.Files)
        {
            if (!inPackage.Contains(file))
            {
                throw new InvalidDataException(
                    $"{Location}: expected the file '{file}' that the manifest lists, found none.");
            }

            if (_store.Files[file] != entry.Size)
            {
                throw new InvalidDataException(
                    $"{Location}: '{file}': expected {entry.Size} bytes, got {_store.Files[file]}.");
            }

            await CopyCheckedAsync(file, Stream.Null, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task CopyCheckedAsync(string file, Stream target, CancellationToken cancellationToken)
    {
        var expected = Entry(file);
        await _oneReader.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var source = _store.Open(file);
            await using (source.ConfigureAwait(false))
            {
                var got = await HashedCopy.RunAsync(source, target, expected.Size, cancellationToken)
                    .ConfigureAwait(false);
                if (got != expected)
                {
                    throw new InvalidDataException(
                        $"{Location}: '{file}': expected {expected.Size} bytes with SHA-256 {expected.Sha256}, got "
                            + $"{got.Size} with {got.Sha256}; the file was changed.");
                }
            }
        }
        catch (InvalidDataException e) when (!e.Message.StartsWith(Location, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{Location}: '{file}': {e.Message}", e);
        }
        finally
        {
            _oneReader.Release();
        }
    }

    private PackageFileEntry Entry(string file)
        => Manifest.Files.TryGetValue(file, out var entry) ? entry
            : throw new FileNotFoundException(
                $"{Location}: expected one of [{string.Join(", ", Manifest.Files.Keys)}], got '{file}'.", file);
}
