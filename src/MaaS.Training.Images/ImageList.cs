using MaaS.Training.Data.Streams;

namespace MaaS.Training.Images;

/// <summary>Image files and their classes.</summary>
/// <param name="Root">The folder that the names are relative to.</param>
/// <param name="Names">(N) relative paths, with forward slashes.</param>
/// <param name="Labels">(N) indices into the classes.</param>
/// <param name="Classes">At least two.</param>
/// <param name="Fingerprint">SHA-256 of names, labels, sizes and times of the files.</param>
internal sealed record ImageList(
    string Root, string[] Names, int[] Labels, IReadOnlyList<string> Classes, string Fingerprint)
{
    /// <summary>Checks what was found and puts it in order.</summary>
    /// <param name="root">As <see cref="Root"/>.</param>
    /// <param name="files">Name, class and the file itself.</param>
    /// <param name="classes">The classes that are wanted; null for those that are there.</param>
    /// <param name="place">The folder or file that they come from, for messages.</param>
    public static ImageList Of(
        string root, IReadOnlyList<(string Name, string Class, FileInfo File)> files, IReadOnlyList<string>? classes,
        string place)
    {
        string[] known = classes is null
            ? [.. files.Select(static f => f.Class).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]
            : [.. classes];
        if (known.Length < 2)
        {
            throw new InvalidDataException(
                $"{place}: expected images of at least two classes, got {files.Count} of "
                    + $"{(known.Length == 0 ? "none" : $"'{known[0]}' alone")}; a classifier has nothing to tell apart.");
        }

        var index = known.Select(static (name, i) => (name, i)).ToDictionary(static p => p.name, static p => p.i);
        using var fingerprint = new FileFingerprint();
        fingerprint.Add(string.Join('\0', known));
        foreach (var (name, label, file) in files)
        {
            fingerprint.Add(label);
            fingerprint.Add(name, file);
        }

        return new ImageList(
            root, [.. files.Select(static f => f.Name)], [.. files.Select(f => index[f.Class])], known,
            fingerprint.Finish());
    }

    /// <summary>The images at some positions.</summary>
    public ImageList Subset(IReadOnlyList<long> positions)
    {
        using var fingerprint = new FileFingerprint();
        fingerprint.Add(Fingerprint);
        foreach (var position in positions)
        {
            fingerprint.Add($"{position}");
        }

        return this with
        {
            Names = [.. positions.Select(p => Names[p])],
            Labels = [.. positions.Select(p => Labels[p])],
            Fingerprint = fingerprint.Finish(),
        };
    }
}
