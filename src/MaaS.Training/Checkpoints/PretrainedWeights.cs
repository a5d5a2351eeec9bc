using MaaS.Primitives.Files;

namespace MaaS.Training.Checkpoints;

/// <summary>Weights that somebody has trained already, to go on from.</summary>
public static class PretrainedWeights
{
    /// <summary>The sentence encoder all-MiniLM-L6-v2, which <c>./maas setup</c> takes out of a package; see
    /// data/README.md.</summary>
    public const string MiniLm = "minilm";

    /// <summary>A ResNet-18 trained on the photographs of ImageNet, likewise.</summary>
    /// <remarks>It has a ninth block, 2, 2, 2 and 3 in its stages. Its pixels are blue, green and red, 0 to
    /// 255, each without its mean.</remarks>
    public const string ResNet18 = "resnet18";

    private static readonly string[] Names = [MiniLm, ResNet18];

    /// <summary>Where weights are.</summary>
    /// <param name="nameOrPath"><see cref="MiniLm"/>, <see cref="ResNet18"/>, or a path of one's own.</param>
    /// <returns>A folder or a file that exists.</returns>
    /// <exception cref="FileNotFoundException">There is neither such a path nor such a name, or set-up has not brought
    /// it.</exception>
    public static string Find(string nameOrPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrPath);
        if (Path.Exists(nameOrPath))
        {
            return nameOrPath;
        }

        if (!Names.Contains(nameOrPath))
        {
            throw new FileNotFoundException(
                $"{nameOrPath}: expected a folder or a file of weights, or one of the names "
                    + $"{string.Join(", ", Names)}; there is no such path.",
                nameOrPath);
        }

        var folders = DatasetDirectory.Candidates(nameOrPath, null).ToArray();
        return folders.FirstOrDefault(Directory.Exists) ?? throw new FileNotFoundException(
            $"{nameOrPath}: expected its weights in {folders[0]}; run `./maas setup`, or set "
                + $"{DatasetDirectory.CacheVariable}.");
    }
}
