using MaaS.Core.Packages;
using MaaS.Core.Trust;

namespace MaaS.Registry.Exchange;

/// <summary>A package as an artifact: a layer for every file, as it is, so that equal files are stored once; an
/// encrypted package is one layer.</summary>
/// <remarks>The same package gives the same digest everywhere: nothing in it tells when or where it was
/// pushed.</remarks>
internal sealed class ModelArtifact : IDisposable
{
    private const string Title = "org.opencontainers.image.title", Version = "org.opencontainers.image.version",
        Description = "org.opencontainers.image.description", Created = "org.opencontainers.image.created";

    private readonly Dictionary<string, Func<Stream>> _contents;
    private readonly string? _unpacked;

    private ModelArtifact(
        OciManifest manifest, Dictionary<string, Func<Stream>> contents, byte[]? signature, string? unpacked)
        => (Manifest, _contents, Signature, _unpacked) = (manifest, contents, signature, unpacked);

    public OciManifest Manifest { get; }

    /// <summary><c>manifest.sig</c>; null where the package is unsigned, or encrypted.</summary>
    public byte[]? Signature { get; }

    public Stream Open(OciDescriptor blob) => _contents[blob.Digest]();

    /// <summary>Reads a package; the files of a <c>.maas</c> file are unpacked into a temporary folder, so that several
    /// can be sent at once and from any place.</summary>
    /// <exception cref="InvalidDataException">The package was changed.</exception>
    public static async Task<ModelArtifact> ReadAsync(string path, string name, CancellationToken cancellationToken)
    {
        if (File.Exists(path) && SealedHeader.IsAt(path))
        {
            return await EncryptedAsync(path, name, cancellationToken).ConfigureAwait(false);
        }

        using var package = await ModelPackage.OpenAsync(path, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        var unpacked = Directory.Exists(path) ? null : Directory.CreateTempSubdirectory("maas-push-").FullName;
        try
        {
            var folder = unpacked is null ? path : Path.Combine(unpacked, "package");
            if (unpacked is not null)
            {
                await package.SaveAsync(folder, cancellationToken: cancellationToken).ConfigureAwait(false);
            }

            return await FolderAsync(folder, package.Manifest, unpacked, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Delete(unpacked);
            throw;
        }
    }

    public void Dispose() => Delete(_unpacked);

    private static async Task<ModelArtifact> FolderAsync(
        string folder, ModelManifest manifest, string? unpacked, CancellationToken cancellationToken)
    {
        var json = await File.ReadAllBytesAsync(Path.Combine(folder, PackagePath.Manifest), cancellationToken)
            .ConfigureAwait(false);
        var contents = new Dictionary<string, Func<Stream>>(StringComparer.Ordinal);
        List<OciDescriptor> layers = [Layer(PackagePath.Manifest, OciDescriptor.DigestOf(json), json.Length)];
        contents[layers[0].Digest] = () => new MemoryStream(json, writable: false);
        foreach (var (file, entry) in manifest.Files.OrderBy(static f => f.Key, StringComparer.Ordinal))
        {
            var layer = Layer(file, OciDescriptor.DigestOf(entry.Sha256), entry.Size);
            layers.Add(layer);
            contents[layer.Digest] = () => File.OpenRead(Path.Combine(folder, file));
        }

        var signature = Path.Combine(folder, PackagePath.Signature);
        return Make(
            manifest.Name, manifest, layers, contents,
            File.Exists(signature)
                ? await File.ReadAllBytesAsync(signature, cancellationToken).ConfigureAwait(false) : null,
            unpacked);
    }

    private static async Task<ModelArtifact> EncryptedAsync(
        string path, string name, CancellationToken cancellationToken)
    {
        PackageFileEntry entry;
        using (var file = File.OpenRead(path))
        {
            entry = await HashedCopy.RunAsync(file, Stream.Null, long.MaxValue, cancellationToken)
                .ConfigureAwait(false);
        }

        var layer = new OciDescriptor(ModelPack.EncryptedType, OciDescriptor.DigestOf(entry.Sha256), entry.Size)
        {
            Annotations = new Dictionary<string, string> { [ModelPack.FilePath] = ModelPack.EncryptedFile },
        };
        return Make(
            name, manifest: null, [layer],
            new Dictionary<string, Func<Stream>> { [layer.Digest] = () => File.OpenRead(path) }, signature: null,
            unpacked: null);
    }

    private static ModelArtifact Make(
        string name, ModelManifest? manifest, IReadOnlyList<OciDescriptor> layers,
        Dictionary<string, Func<Stream>> contents, byte[]? signature, string? unpacked)
    {
        var config = ModelPack.Config(name, manifest, layers);
        var descriptor = OciDescriptor.Of(ModelPack.ConfigType, config);
        contents[descriptor.Digest] = () => new MemoryStream(config, writable: false);
        var annotations = new SortedDictionary<string, string>(StringComparer.Ordinal) { [Title] = name };
        foreach (var (key, value) in new[]
        {
            (Version, manifest?.Version), (Description, manifest?.Description),
            (Created, ModelPack.Time(manifest?.Created)),
        })
        {
            if (value is not null)
            {
                annotations[key] = value;
            }
        }

        return new ModelArtifact(
            new OciManifest
            {
                ArtifactType = ModelPack.ArtifactType,
                Config = descriptor,
                Layers = layers,
                Annotations = annotations,
            },
            contents, signature, unpacked);
    }

    private static OciDescriptor Layer(string file, string digest, long size)
        => new(ModelPack.LayerType(file), digest, size)
        {
            Annotations = new Dictionary<string, string> { [ModelPack.FilePath] = file },
        };

    private static void Delete(string? folder)
    {
        if (folder is not null)
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What an artifact says of itself.</summary>
    public static (string? Name, string? Version) Describe(OciManifest manifest)
        => (manifest.Annotations?.GetValueOrDefault(Title), manifest.Annotations?.GetValueOrDefault(Version));
}
