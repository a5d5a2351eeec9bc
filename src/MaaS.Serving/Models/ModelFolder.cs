using System.Globalization;
using System.Text;
using MaaS.Core.Packages;
using MaaS.Core.Registry;
using MaaS.Serving.Models.Triton;

namespace MaaS.Serving.Models;

/// <summary>Finds models in a folder: networks, packages, ensembles and folders of a registry; or takes one of these
/// alone.</summary>
/// <param name="path">The folder, or one model.</param>
/// <param name="options">How manifests are read.</param>
/// <param name="markers">Files that tell folders of other kinds, by preference.</param>
internal sealed class ModelFolder(string path, PackageReadOptions options, IReadOnlyList<string> markers)
{
    private const string Manifest = "manifest.json", EnsembleEnding = ".ensemble.json";

    // A manifest is read once for each content of a package, not at every look.
    private Dictionary<string, PackageHead> _heads = new(StringComparer.Ordinal);
    private Dictionary<string, ConfigHead> _configs = new(StringComparer.Ordinal);

    /// <summary>Looks at everything that is there.</summary>
    /// <exception cref="IOException">The folder itself cannot be read.</exception>
    public async Task<ModelScan> ScanAsync(CancellationToken cancellationToken)
    {
        if (!Path.Exists(path))
        {
            throw new DirectoryNotFoundException($"{path}: expected a folder or file of models, found nothing.");
        }

        var look = new Look(_heads, _configs, options, markers);
        if (!await look.TryAddAsync(path, cancellationToken).ConfigureAwait(false))
        {
            var registry = new ModelRegistry(path);
            foreach (var entry in Directory.EnumerateFileSystemEntries(path).Order(StringComparer.Ordinal))
            {
                if (await look.TryAddAsync(entry, cancellationToken).ConfigureAwait(false) || !Directory.Exists(entry))
                {
                    continue;
                }

                if (!await look.TryAddNumberedAsync(entry).ConfigureAwait(false))
                {
                    await look.AddRegisteredAsync(registry, entry).ConfigureAwait(false);
                }
            }
        }

        _heads = look.Heads;
        _configs = look.Configs;
        return new ModelScan(look.Sources, look.Labels, look.Unreadable);
    }

    private static long Length(string file) => new FileInfo(file) is { Exists: true } info ? info.Length : 0;

    private static string Fingerprint(string file)
    {
        var info = new FileInfo(file);
        return string.Create(CultureInfo.InvariantCulture, $"{info.Length}@{info.LastWriteTimeUtc.Ticks}");
    }

    private static string FolderFingerprint(string folder)
    {
        var text = new StringBuilder();
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal))
        {
            text.Append(file.AsSpan(folder.Length)).Append('=').Append(Fingerprint(file)).Append(';');
        }

        return text.ToString();
    }

    private sealed record PackageHead(string Fingerprint, string Name, string? Task, long Bytes);

    private sealed record ConfigHead(string Fingerprint, TritonConfig Config);

    /// <summary>One look's findings.</summary>
    private sealed class Look(
        Dictionary<string, PackageHead> known, Dictionary<string, ConfigHead> knownConfigs, PackageReadOptions options,
        IReadOnlyList<string> markers)
    {
        public List<ModelSource> Sources { get; } = [];

        public Dictionary<string, IReadOnlyDictionary<string, long>> Labels { get; } = new(StringComparer.Ordinal);

        public List<UnreadableSource> Unreadable { get; } = [];

        public Dictionary<string, PackageHead> Heads { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, ConfigHead> Configs { get; } = new(StringComparer.Ordinal);

        /// <summary>Adds a file or folder that is a model by itself; false where it is none.</summary>
        public async Task<bool> TryAddAsync(string entry, CancellationToken cancellationToken)
        {
            if (!File.Exists(entry))
            {
                return File.Exists(Path.Combine(entry, Manifest))
                    ? await TryAsync(entry, () => AddPackageAsync(entry, cancellationToken)).ConfigureAwait(false)
                    : markers.FirstOrDefault(m => File.Exists(Path.Combine(entry, m))) is { } marker
                        && await TryAsync(entry, () => AddFolder(entry, marker)).ConfigureAwait(false);
            }

            if (entry.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))
            {
                return await TryAsync(
                    entry, () => AddFile(entry, Path.GetFileNameWithoutExtension(entry), SourceKind.Network))
                        .ConfigureAwait(false);
            }

            if (entry.EndsWith(EnsembleEnding, StringComparison.OrdinalIgnoreCase))
            {
                return await TryAsync(
                    entry, () => AddFile(entry, Path.GetFileName(entry)[..^EnsembleEnding.Length], SourceKind.Ensemble))
                        .ConfigureAwait(false);
            }

            return entry.EndsWith(".maas", StringComparison.OrdinalIgnoreCase)
                && await TryAsync(entry, () => AddPackageAsync(entry, cancellationToken)).ConfigureAwait(false);
        }

        /// <summary>Adds the numbered versions of a folder of Triton's or TensorFlow Serving's; false where it is
        /// none.</summary>
        public async Task<bool> TryAddNumberedAsync(string folder)
            => NumberedFolder.Is(folder) && await TryAsync(folder, () =>
            {
                TritonConfig? config = null;
                if (File.Exists(Path.Combine(folder, TritonConfigReader.FileName)))
                {
                    var fingerprint = NumberedFolder.Fingerprint(folder);
                    var head = knownConfigs.GetValueOrDefault(folder);
                    Configs[folder] = head = head?.Fingerprint == fingerprint
                        ? head : new ConfigHead(fingerprint, TritonConfigReader.Read(folder));
                    config = head.Config;
                }

                Sources.AddRange(NumberedFolder.Sources(folder, config, Unreadable));
                return Task.CompletedTask;
            }).ConfigureAwait(false);

        public async Task AddRegisteredAsync(ModelRegistry registry, string folder)
        {
            var name = Path.GetFileName(folder);
            if (!ModelNames.IsValid(name))
            {
                return;
            }

            await TryAsync(folder, () =>
            {
                var versions = registry.Versions(name);
                Labels[name] = versions.SelectMany(v => v.Labels, (v, label) => KeyValuePair.Create(label, v.Version))
                    .ToDictionary(StringComparer.Ordinal);
                Sources.AddRange(versions.Select(v => new ModelSource(
                    name, v.Version, v.Location, SourceKind.Package, FolderFingerprint(v.Location),
                    Length(Path.Combine(v.Location, ModelPackage.ModelFile)))));
                return Task.CompletedTask;
            }).ConfigureAwait(false);
        }

        private Task AddFile(string file, string name, SourceKind kind)
        {
            Sources.Add(ModelNames.IsValid(name)
                ? new ModelSource(name, 1, file, kind, Fingerprint(file), kind == SourceKind.Network ? Length(file) : 0)
                : throw new InvalidDataException(
                    $"{file}: expected as name {ModelNames.Rule}, got '{name}'; rename the file."));
            return Task.CompletedTask;
        }

        private Task AddFolder(string folder, string marker)
        {
            var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
            Sources.Add(ModelNames.IsValid(name)
                ? new ModelSource(
                    name, 1, folder, SourceKind.Folder, FolderFingerprint(folder),
                    Directory.EnumerateFiles(folder, "*.onnx*", SearchOption.AllDirectories).Sum(Length))
                {
                    Marker = marker,
                }
                : throw new InvalidDataException(
                    $"{folder}: expected as name {ModelNames.Rule}, got '{name}'; rename the folder."));
            return Task.CompletedTask;
        }

        private async Task AddPackageAsync(string location, CancellationToken cancellationToken)
        {
            var fingerprint = File.Exists(location) ? Fingerprint(location) : FolderFingerprint(location);
            var head = known.GetValueOrDefault(location);
            if (head?.Fingerprint != fingerprint)
            {
                var manifest = await ModelPackage.ReadManifestAsync(location, options, cancellationToken)
                    .ConfigureAwait(false);
                head = new PackageHead(
                    fingerprint, manifest.Name, manifest.Task,
                    ModelPackage.NetworkBytes(manifest));
            }

            Heads[location] = head;
            Sources.Add(
                new ModelSource(head.Name, 1, location, SourceKind.Package, fingerprint, head.Bytes)
                {
                    Task = head.Task,
                });
        }

        /// <summary>One unreadable entry is no reason to overlook the others.</summary>
        private async Task<bool> TryAsync(string entry, Func<Task> add)
        {
            try
            {
                await add().ConfigureAwait(false);
            }
            catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                Unreadable.Add(
                    new UnreadableSource(
                        Directory.Exists(entry) ? Path.GetFileName(entry) : Path.GetFileNameWithoutExtension(entry),
                        entry, e));
            }

            return true;
        }
    }
}
