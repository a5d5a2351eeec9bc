using MaaS.Onnx.Inference;


namespace MaaS.Core.Packages;

/// <summary>The weights of a network in one <c>.safetensors</c> file or in several with an index, as one set of
/// tensors.</summary>
/// <remarks>The layout that model hubs use: <c>model.safetensors</c>, or <c>model-00001-of-00003.safetensors</c> … and
/// <c>model.safetensors.index.json</c>. Files are mapped into memory; a tensor is read when it is asked for.</remarks>
public sealed class SafeTensorsCheckpoint : IDisposable
{
    /// <summary>Name of the file of a checkpoint that is one file.</summary>
    public const string FileName = "model.safetensors";

    /// <summary>Name of the index of a checkpoint of several files.</summary>
    public const string IndexFileName = "model.safetensors.index.json";

    private readonly Dictionary<string, SafeTensorsFile> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SafeTensorsFile> _byTensor = new(StringComparer.Ordinal);

    private SafeTensorsCheckpoint(string location) => Location = location;

    /// <summary>Where it was opened.</summary>
    public string Location { get; }

    /// <summary>All tensors; offsets count within their own files.</summary>
    public IReadOnlyList<SafeTensorsEntry> Entries { get; private set; } = [];

    /// <summary>Free text of the (first) file.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; private set; } = new Dictionary<string, string>();

    /// <summary>A view of a tensor; valid until the checkpoint is disposed.</summary>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    public TensorValue this[string name] => FileOf(name)[name];

    /// <summary>Opens a checkpoint.</summary>
    /// <param name="path">A <c>.safetensors</c> file, an <c>.index.json</c>, or a folder that holds either.</param>
    /// <exception cref="FileNotFoundException">There is none, or a file that the index names is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or index and files do not agree.</exception>
    public static SafeTensorsCheckpoint Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var checkpoint = new SafeTensorsCheckpoint(path);
        try
        {
            var file = Directory.Exists(path) ? Find(path) : path;
            if (file.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            {
                checkpoint.OpenShards(file);
            }
            else
            {
                checkpoint.Add(file, Path.GetFileName(file), null);
            }

            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>Writes a checkpoint into a folder, as one file or, above a size, as several with an index.</summary>
    /// <param name="folder">Created when it is not there; an earlier checkpoint in it is replaced once all new files
    /// are written.</param>
    /// <param name="tensors">In the order in which they fill the files.</param>
    /// <param name="metadata">Free text to leave in every file.</param>
    /// <param name="maxFileBytes">Bytes of tensors a file; a larger tensor gets a file of its own.</param>
    /// <returns>Names of the files, the index last.</returns>
    /// <remarks>An interruption while files are renamed can leave a folder that does not open, never one that mixes two
    /// checkpoints.</remarks>
    public static IReadOnlyList<string> Write(
        string folder, IEnumerable<SafeTensorsSource> tensors, IReadOnlyDictionary<string, string>? metadata = null,
        long maxFileBytes = 5_000_000_000)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxFileBytes, 1);
        return SafeTensorsShards.Write(folder, [.. tensors], metadata, maxFileBytes);
    }

    /// <summary>Whether there is a tensor of that name.</summary>
    public bool Contains(string name) => _byTensor.ContainsKey(name);

    /// <summary>Type and shape of a tensor.</summary>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    public SafeTensorsEntry Entry(string name) => FileOf(name).Entry(name);

    /// <summary>A tensor's bytes as a stream, for tensors of any length; dispose it before the checkpoint.</summary>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    public Stream OpenRead(string name) => FileOf(name).OpenRead(name);

    /// <summary>Closes the files; views of their tensors throw from now on.</summary>
    public void Dispose()
    {
        foreach (var file in _files.Values)
        {
            file.Dispose();
        }
    }

    private static string Find(string folder)
        => new[] { FileName, IndexFileName }.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException(
                $"{folder}: expected {FileName} or {IndexFileName} in it, found neither.");

    private void OpenShards(string indexPath)
    {
        var index = SafeTensorsIndex.Read(indexPath);
        var folder = Path.GetDirectoryName(Path.GetFullPath(indexPath))!;
        foreach (var shard in index.Shards.GroupBy(static s => s.Value, static s => s.Key)
            .OrderBy(static s => s.Key, StringComparer.Ordinal))
        {
            Add(Path.Combine(folder, shard.Key), shard.Key, index);
            if (shard.FirstOrDefault(name => !Contains(name)) is { } missing)
            {
                throw new InvalidDataException(
                    $"{indexPath}: expected '{missing}' in {shard.Key}, the file has no such tensor.");
            }
        }
    }

    private void Add(string path, string name, SafeTensorsIndex? index)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{Location}: expected the file {name}, found none at '{path}'.", path);
        }

        var file = SafeTensorsFile.Open(path);
        _files.Add(name, file);
        foreach (var entry in file.Entries)
        {
            if (index is not null && index.Shards.GetValueOrDefault(entry.Name) != name)
            {
                throw new InvalidDataException(
                    $"{path}: expected only tensors that the index puts here, got '{entry.Name}', which it puts in "
                        + $"{index.Shards.GetValueOrDefault(entry.Name) ?? "no file"}.");
            }

            _byTensor.Add(entry.Name, file);
        }

        Entries = [.. Entries, .. file.Entries];
        Metadata = _files.Count == 1 ? file.Metadata : Metadata;
    }

    private SafeTensorsFile FileOf(string name)
        => _byTensor.TryGetValue(name, out var file) ? file
            : throw new KeyNotFoundException($"{Location}: expected one of {_byTensor.Count} tensors, got '{name}'.");
}
