using MaaS.Images;

namespace MaaS.Training.Images;

/// <summary>A folder that has a folder of images for each class, as torchvision's <c>ImageFolder</c> takes it.</summary>
internal static class ClassFolders
{
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It has no classes, one class, or a class without images.</exception>
    public static ImageList List(string folder, IReadOnlyList<string>? wanted)
    {
        var root = new DirectoryInfo(folder);
        if (!root.Exists)
        {
            throw new DirectoryNotFoundException(
                $"{folder}: expected a folder that has a folder of images for each class, found none.");
        }

        var classes = root.GetDirectories().Where(static d => d.Name[0] != '.')
            .OrderBy(static d => d.Name, StringComparer.Ordinal).ToList();
        if (classes.Count == 0)
        {
            var images = root.EnumerateFiles().Count(static f => IsImage(f.Name));
            throw new InvalidDataException(
                $"{folder}: expected a folder of images for each class, found no folder"
                    + (images > 0
                        ? $" and {images} images; move them into a folder for each class, or name files and labels in "
                            + "a CSV."
                        : ", and no images."));
        }

        if (wanted is not null)
        {
            Compare(folder, wanted, classes);
        }

        var files = new List<(string, string, FileInfo)>();
        foreach (var of in classes)
        {
            var before = files.Count;
            files.AddRange(of.EnumerateFiles("*", SearchOption.AllDirectories).Where(static f => IsImage(f.Name))
                .Select(f => (Name: Path.GetRelativePath(root.FullName, f.FullName).Replace('\\', '/'), of.Name, f))
                .OrderBy(static f => f.Name, StringComparer.Ordinal));
            if (files.Count == before)
            {
                throw new InvalidDataException(
                    $"{of.FullName}: expected images ({string.Join(", ", ImageSignature.Extensions)}) of the class "
                        + $"'{of.Name}', found none; put some in it, or delete the folder.");
            }
        }

        return ImageList.Of(root.FullName, files, wanted, folder);
    }

    private static bool IsImage(string name)
        => name[0] != '.'
            && ImageSignature.Extensions.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);

    private static void Compare(string folder, IReadOnlyList<string> wanted, List<DirectoryInfo> found)
    {
        var unknown = found.FirstOrDefault(f => !wanted.Contains(f.Name));
        if (unknown is not null)
        {
            throw new InvalidDataException(
                $"{folder}: expected folders named {string.Join(", ", wanted)}, got '{unknown.Name}'.");
        }
    }
}
