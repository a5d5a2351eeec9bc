using System.Collections.Frozen;

namespace MaaS.Training.Data;

/// <summary>Handwritten digits, (1, 28, 28), 10 classes.</summary>
/// <remarks>LeCun, Cortes, Burges: The MNIST database of handwritten digits. See data/README.md for what set-up provides.</remarks>
public static class Mnist
{
    private static readonly IdxDataset Files = new(
        "mnist", [.. Enumerable.Range(0, 10).Select(static d => $"{d}")], [], FrozenDictionary<string, string>.Empty);

    /// <summary>Loads the training and test digits.</summary>
    /// <param name="directory">
    /// Folder with the four IDX files, plain or gzip; null for the cache that <c>./maas setup</c> fills
    /// (<c>artifacts/data/mnist</c> upward from the working directory, or <c>$MAAS_DATA/mnist</c>).
    /// </param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static TrainTest Load(string? directory = null) => Files.Load(directory);
}
