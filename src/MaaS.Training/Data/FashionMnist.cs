namespace MaaS.Training.Data;

/// <summary>Articles of clothing, (1, 28, 28), 10 classes, 60,000 to learn from and 10,000 to test with.</summary>
/// <remarks>Xiao, Rasul, Vollgraf 2017: Fashion-MNIST.</remarks>
public static class FashionMnist
{
    private static readonly IdxDataset Files = new(
        "fashion-mnist",
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
        ["/usr/share/datasets/fashion-mnist"],
        new Dictionary<string, string>
        {
            ["train-images-idx3-ubyte.gz"] = "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7",
            ["train-labels-idx1-ubyte.gz"] = "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056",
            ["t10k-images-idx3-ubyte.gz"] = "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa",
            ["t10k-labels-idx1-ubyte.gz"] = "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05",
        });

    /// <summary>Loads the training and test images.</summary>
    /// <param name="directory">
    /// Folder with the four IDX files, plain or gzip; null for <c>artifacts/data/fashion-mnist</c> upward from the
    /// working directory, <c>$MAAS_DATA/fashion-mnist</c>, or where the operating system installs the data set.
    /// </param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static TrainTest Load(string? directory = null) => Files.Load(directory);
}
