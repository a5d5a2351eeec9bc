using MaaS.Core.Packages;
using MaaS.Training.Pipelines;

namespace MaaS.Cli.Text;

/// <summary>Tells text models from image models.</summary>
internal static class TextModelFile
{
    /// <summary>Whether a trained model or package reads texts; what it is otherwise, its own command says.</summary>
    public static async Task<bool> IsTextAsync(string path, CancellationToken cancellationToken)
    {
        if (path.EndsWith(TrainedClassifier.Extension, StringComparison.OrdinalIgnoreCase))
        {
            return TrainedTextModel.IsTextModel(path);
        }

        if (path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        using var package = await ModelPackage.OpenAsync(path, cancellationToken: cancellationToken);
        return package.Manifest.Text is not null;
    }

    /// <summary>Whether a package continues texts.</summary>
    public static async Task<bool> IsGeneratorAsync(string package, CancellationToken cancellationToken)
    {
        using var opened = await ModelPackage.OpenAsync(package, cancellationToken: cancellationToken);
        return opened.Manifest.Task == ModelManifest.TextGeneration;
    }
}
