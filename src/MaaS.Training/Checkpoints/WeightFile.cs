using MaaS.Core.Packages;

namespace MaaS.Training.Checkpoints;

/// <summary>Opens files of weights by their format.</summary>
internal static class WeightFile
{
    private const string PyTorchFileName = "pytorch_model.bin", OnnxFileName = "model.onnx";

    /// <summary>Opens a file, or the file that a folder holds: safetensors before PyTorch's, and an ONNX graph
    /// last.</summary>
    /// <param name="path">A <c>.safetensors</c> file, its <c>.index.json</c>, a state dictionary that PyTorch saved
    /// (<c>.bin</c>, <c>.pt</c>, <c>.pth</c>), an <c>.onnx</c> file, or a folder that holds one of them.</param>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or holds no weights.</exception>
    public static IWeightFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = Directory.Exists(path) ? Find(path) : path;
        return Path.GetExtension(file).ToLowerInvariant() switch
        {
            ".bin" or ".pt" or ".pth" => PyTorchWeights.Open(file),
            ".onnx" => OnnxWeights.Open(file),
            _ => new SafeTensorsWeights(SafeTensorsCheckpoint.Open(file)),
        };
    }

    private static string Find(string folder)
    {
        string[] names = [
            SafeTensorsCheckpoint.FileName, SafeTensorsCheckpoint.IndexFileName, PyTorchFileName, OnnxFileName];
        return names.Select(n => Path.Combine(folder, n)).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException(
                $"{folder}: expected one of {string.Join(", ", names)} in it, found none of them.", folder);
    }
}
