using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Core.Packages;
using MaaS.Training.Images.Pipelines;
using MaaS.Training.Pipelines;
using MaaS.Training.Reports;

namespace MaaS.Cli.Images;

/// <summary>Measures a classifier of images, of torch or packaged, on files.</summary>
internal static class ImageFileMeasuring
{
    /// <returns>The result, and which files it was measured on.</returns>
    /// <exception cref="UsageException">Other data are named as well.</exception>
    public static async Task<(TextEvaluation Evaluation, string Note)> RunAsync(
        string path, ImageFileOptionSet images, TextOptions texts, ParseResult result,
        CancellationToken cancellationToken)
    {
        if (texts.IsNamed(result))
        {
            throw new UsageException("--data, --csv: expected none beside --images or --images-csv.");
        }

        if (path.EndsWith(TrainedClassifier.Extension, StringComparison.OrdinalIgnoreCase))
        {
            using var model = TrainedModel.Load(path);
            var info = model.Info;
            var (files, which) = images.OpenToMeasure(
                result, texts, info.Classes, (int)info.InputShape[0], info.DataHash, cancellationToken);
            return (ImageTraining.Classify(model, files, cancellationToken).Evaluation, which);
        }

        using var packaged = await ImageClassifier.OpenAsync(path, cancellationToken: cancellationToken);
        var (pictures, note) = images.OpenToMeasure(
            result, texts, packaged.Labels, (int)packaged.InputShape[0], packaged.Manifest.Lineage?.DataHash,
            cancellationToken);
        return (PackagedImages.Classify(packaged, pictures, cancellationToken).Evaluation, note);
    }
}
