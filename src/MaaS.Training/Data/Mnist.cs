namespace MaaS.Training.Data;

/// <summary>Handwritten digits, (1, 28, 28), 10 classes.</summary>
/// <remarks>LeCun, Cortes, Burges: The MNIST database of handwritten digits. See data/README.md for what set-up
/// provides.</remarks>
public static class Mnist
{
    private static readonly IdxDataset Files = new(
        "mnist",
        [.. Enumerable.Range(0, 10).Select(static d => $"{d}")],
        [],
        new Dictionary<string, string>
        {
            ["train-images-idx3-ubyte"] = "4987fe772ce9a708b20aa7d3aff93b61e4aed376a77a139646e679a0961597cf",
            ["train-labels-idx1-ubyte"] = "2df73b721c9366e2e777870a2b99df564e255e45571da000353dddffc7f22297",
            ["t10k-images-idx3-ubyte"] = "e6ab1f12d35ee633e955402c87dd01ebed15f99c672054215e5e7e6200a47394",
            ["t10k-labels-idx1-ubyte"] = "1dc09ebaaeee3019a0fc294d290041c5510b71c5938151e3583cee3a71ad0285",
        });

    /// <summary>Loads the training and test digits.</summary>
    /// <param name="directory">
    /// Folder with the four IDX files, plain or gzip; null for the cache that <c>./maas setup</c> fills
    /// (<c>artifacts/data/mnist</c> upward from the working directory, or <c>$MAAS_DATA/mnist</c>).
    /// </param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static TrainTest Load(string? directory = null) => Files.Load(directory);
}
