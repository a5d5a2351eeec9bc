using System.IO.Compression;
using MaaS.Onnx.Inference;

namespace MaaS.Core.InputData;

/// <summary>Reads several named arrays as NumPy's <c>savez</c> and <c>savez_compressed</c> write them: a zip of
/// <c>.npy</c> files.</summary>
public static class NpzFile
{
    private const string Extension = ".npy";

    /// <summary>Reads all arrays, by their names.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no such archive, is damaged, or holds something else than
    /// arrays.</exception>
    public static IReadOnlyDictionary<string, TensorValue> Read(string path)
    {
        using var stream = File.OpenRead(path);
        try
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read);
            var arrays = new Dictionary<string, TensorValue>();
            foreach (var entry in archive.Entries)
            {
                string label = $"{path}: array '{entry.FullName}'";
                if (!entry.FullName.EndsWith(Extension, StringComparison.Ordinal))
                {
                    throw new InvalidDataException($"{label}: expected only {Extension} files in the archive");
                }
                using var content = entry.Open();
                if (!arrays.TryAdd(entry.FullName[..^Extension.Length], NpyFile.Read(content, entry.Length, label)))
                {
                    throw new InvalidDataException($"{label}: expected each name once, got it twice");
                }
            }
            return arrays;
        }
        catch (InvalidDataException e) when (!e.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException(
                $"{path}: expected an archive that NumPy's savez wrote (.npz): {e.Message}", e);
        }
    }
}
