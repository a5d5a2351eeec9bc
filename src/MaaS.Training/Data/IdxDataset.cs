using System.Security.Cryptography;
using MaaS.Primitives.Files;

namespace MaaS.Training.Data;

/// <summary>A data set of four IDX files: training and test images and labels.</summary>
/// <param name="Name">Its name and its folder in the cache.</param>
/// <param name="Classes">Class names.</param>
/// <param name="SystemDirectories">Where operating systems install it.</param>
/// <param name="Digests">SHA-256 of the files that MaaS's own set-up provides, by file name.</param>
internal sealed record IdxDataset(
    string Name,
    IReadOnlyList<string> Classes, IReadOnlyList<string> SystemDirectories, IReadOnlyDictionary<string, string> Digests)
{
    private const string TrainImages = "train-images-idx3-ubyte";

    /// <summary>Loads both parts; the test images are normalised with the training images' statistics.</summary>
    public TrainTest Load(string? directory)
    {
        var candidates = DatasetDirectory.Candidates(Name, directory, SystemDirectories).ToArray();
        var folder = candidates.FirstOrDefault(f => Find(f, TrainImages) is not null)
            ?? throw new FileNotFoundException(
                $"{Name}: expected {TrainImages}[.gz] in one of\n  {string.Join("\n  ", Shorten(candidates))}\n"
                + (directory is null
                    ? "Run `./maas setup`, pass the folder that holds the IDX files, or set "
                        + $"{DatasetDirectory.CacheVariable}."
                    : "Check the folder; its files keep the names under which MNIST is published."));

        // What the user names may be any data in this format; what set-up or the system provides must be intact.
        var verify = directory is null;
        var train = LoadPart(folder, "train", verify, null);
        try
        {
            return new TrainTest(train, LoadPart(folder, "t10k", verify, train));
        }
        catch
        {
            train.Dispose();
            throw;
        }
    }

    private ImageDataset LoadPart(string folder, string part, bool verify, ImageDataset? statistics)
    {
        var images = Read(folder, $"{part}-images-idx3-ubyte", 3, verify);
        var labels = Read(folder, $"{part}-labels-idx1-ubyte", 1, verify);
        return ImageDataset.From(images, labels, Classes, statistics?.Mean, statistics?.Std);
    }

    private IdxArray Read(string folder, string name, int dimensions, bool verify)
    {
        var path = Find(folder, name)
            ?? throw new FileNotFoundException($"{Name}: expected {name}[.gz] in {folder}, got no such file.");
        if (verify && Digests.TryGetValue(Path.GetFileName(path), out var expected))
        {
            using var stream = File.OpenRead(path);
            var actual = Convert.ToHexStringLower(SHA256.HashData(stream));
            if (actual != expected)
            {
                throw new InvalidDataException(
                    $"{path}: expected SHA-256 {expected}, got {actual}; delete the file and run `./maas setup`, or "
                        + "name the "
                    + "folder explicitly to use other data.");
            }
        }

        return IdxFile.Read(path, dimensions);
    }

    // Published as train-images-idx3-ubyte.gz; some tools unpack it as train-images.idx3-ubyte.
    private static string? Find(string folder, string name)
    {
        var dotted = name.Replace("-idx", ".idx", StringComparison.Ordinal);
        return new[] { name, $"{name}.gz", dotted, $"{dotted}.gz" }
            .Select(file => Path.Combine(folder, file)).FirstOrDefault(File.Exists);
    }

    private static string[] Shorten(string[] candidates)
        => candidates.Length <= 6 ? candidates : [.. candidates[..3], "…", .. candidates[^2..]];
}
