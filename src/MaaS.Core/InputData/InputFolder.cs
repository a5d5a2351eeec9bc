using System.Collections;
using MaaS.Onnx.Inference;

namespace MaaS.Core.InputData;

/// <summary>
/// A model's inputs in NumPy files, one run each, read when they are enumerated: <c>.npz</c> files with the inputs'
/// names;
/// <c>.npy</c> files of the only input; or folders that hold one <c>.npy</c> of each input's name.
/// </summary>
/// <remarks>In names of <c>.npy</c> files, <c>_</c> stands for characters that file names cannot have, as in
/// <c>x_0.npy</c> for
/// the input <c>x:0</c>.</remarks>
public sealed class InputFolder : IEnumerable<IReadOnlyDictionary<string, TensorValue>>
{
    // Characters that a file name cannot have on some system.
    private const string Reserved = "/\\:*?\"<>|";

    private readonly IReadOnlyList<TensorSpec> _inputs;
    private readonly List<string> _runs;

    /// <summary>Finds the runs of a folder, or takes a single file or run.</summary>
    /// <param name="path">A folder, a <c>.npz</c> or a <c>.npy</c> file.</param>
    /// <param name="inputs">What the model takes.</param>
    /// <exception cref="FileNotFoundException">There is nothing at the path.</exception>
    /// <exception cref="InvalidDataException">The folder holds no run.</exception>
    public InputFolder(string path, IReadOnlyList<TensorSpec> inputs)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(inputs);
        _inputs = inputs;
        if (File.Exists(path))
        {
            _runs = [path];
        }
        else if (!Directory.Exists(path))
        {
            throw new FileNotFoundException(
                $"expected a folder of .npz or .npy files, found nothing at '{path}'", path);
        }
        else
        {
            _runs = IsRun(path) ? [path] : [.. Directory.EnumerateFileSystemEntries(path)
                .Where(entry => Directory.Exists(entry) ? IsRun(entry) : IsFile(entry)).Order(StringComparer.Ordinal)];
        }
        if (_runs.Count == 0)
        {
            throw new InvalidDataException(
                $"{path}: expected .npz files{(inputs.Count == 1 ? ", .npy files" : "")} or folders with a .npy "
                + "file of each input "
                + $"({string.Join(", ", inputs.Select(static input => input.Name))}), found none");
        }
    }

    /// <summary>How many runs there are.</summary>
    public int Count => _runs.Count;

    /// <inheritdoc/>
    public IEnumerator<IReadOnlyDictionary<string, TensorValue>> GetEnumerator() => _runs.Select(Read).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private bool IsFile(string path) => Has(path, ".npz") || (_inputs.Count == 1 && Has(path, ".npy"));

    // With one input every .npy of a folder is a run of its own.
    private bool IsRun(string folder) => _inputs.Count > 1 && _inputs.Any(input => File.Exists(FileOf(folder, input)));

    private IReadOnlyDictionary<string, TensorValue> Read(string path)
    {
        if (Directory.Exists(path))
        {
            return InputCheck.Check(path, _inputs, _inputs.Where(input => File.Exists(FileOf(path, input)))
                .ToDictionary(static input => input.Name, input => NpyFile.Read(FileOf(path, input))));
        }
        if (Has(path, ".npz"))
        {
            return InputCheck.Check(path, _inputs, NpzFile.Read(path));
        }
        return _inputs is [var only]
            ? InputCheck.Check(path, _inputs, new Dictionary<string, TensorValue> { [only.Name] = NpyFile.Read(path) })
            : throw new InvalidDataException(
                $"{path}: expected a .npz file with the inputs "
                + $"{string.Join(", ", _inputs.Select(static input => input.Name))}, got one array");
    }

    private static bool Has(string path, string extension) =>
        path.EndsWith(extension, StringComparison.OrdinalIgnoreCase);

    private static string FileOf(string folder, TensorSpec input) => Path.Combine(
        folder, string.Concat(input.Name.Select(static c => Reserved.Contains(c) ? '_' : c)) + ".npy");
}
