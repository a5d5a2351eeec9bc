using MaaS.Training.Data.Streams;

namespace MaaS.Training.Images;

/// <summary>A CSV that names an image and its class in each row.</summary>
internal static class ImageCsv
{
    /// <exception cref="FileNotFoundException">There is no such CSV.</exception>
    /// <exception cref="InvalidDataException">A column is missing, or a row names no file that is there, or no class:
    /// the row is named.</exception>
    public static ImageList List(string path, ImageCsvColumns columns, IReadOnlyList<string>? wanted)
    {
        var root = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var rows = File.Exists(path)
            ? new CsvRows([path], [columns.Path, columns.Label])
            : throw new FileNotFoundException($"{path}: expected a CSV of images, found none.", path);
        var files = new List<(string, string, FileInfo)>();
        foreach (var row in rows.Read(0))
        {
            if (row.Fault is { } fault)
            {
                throw new InvalidDataException($"{row.Place}: {fault}");
            }

            var (name, label) = (row.Text(0), row.Text(1));
            if (string.IsNullOrWhiteSpace(name) || string.IsNullOrWhiteSpace(label))
            {
                throw new InvalidDataException(
                    $"{row.Place}: expected a path in '{columns.Path}' and a class in '{columns.Label}', got '{name}' "
                        + $"and '{label}'; complete the row, or take it out.");
            }

            if (wanted is not null && !wanted.Contains(label))
            {
                throw new InvalidDataException(
                    $"{row.Place}: expected one of the classes {string.Join(", ", wanted)}, got '{label}'.");
            }

            var file = new FileInfo(Path.Combine(root, name));
            if (!file.Exists)
            {
                throw new InvalidDataException(
                    $"{row.Place}: expected an image '{name}', there is none at {file.FullName}; paths are relative to "
                        + "the CSV's folder.");
            }

            files.Add((name.Replace('\\', '/'), label, file));
        }

        return ImageList.Of(root, files, wanted, path);
    }
}
