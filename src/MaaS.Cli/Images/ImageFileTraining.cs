using System.Globalization;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Recording;
using MaaS.Cli.Terminal;
using MaaS.Training.Fitting;
using MaaS.Training.Images.Pipelines;
using MaaS.Training.Reports;

namespace MaaS.Cli.Images;

/// <summary>Trains a classifier of image files and shows it on files that it has not seen.</summary>
internal static class ImageFileTraining
{
    public static void Run(
        PretrainedImages? start, string dataName, ImageParts parts, ImageModelOptions model, TrainerOptions options,
        TrainingOutput output, CancellationToken cancellationToken)
    {
        if (start is not null)
        {
            WeightLines.Write(
                $"from {start.Name}: residual network of {string.Join(", ", start.Network.Blocks)} blocks, "
                    + $"{start.Network.parameters().Sum(static p => p.numel()):n0} weights",
                start.Report, PretrainedImages.HeadNames);
        }

        var data = Describe(parts, options);
        Console.WriteLine($"{start?.Name ?? model.Architecture} on {dataName}: {data}");
        var recorder = new RunRecorder(new ConsoleProgress());
        var (trained, training) = start is null
            ? ImageTraining.Train(dataName, parts, model, options, recorder, cancellationToken)
            : ImageTraining.FineTune(start, dataName, parts, model, options, recorder, cancellationToken);
        using (trained)
        {
            if (options.Processes is { Rank: > 0 })
            {
                return;   // The first process writes and shows.
            }

            trained.Save(output.Model);
            Console.WriteLine($"trained in {training.Seconds:0.0} s ({training.Plan})"
                + (training.StoppedEarly ? $", stopped early, weights of epoch {training.BestEpoch}" : ""));
            Console.WriteLine();
            var samples = ImageTraining.Classify(trained, parts.Test, cancellationToken);
            Console.WriteLine(samples.Evaluation.Report);
            output.Record(samples.Evaluation.Report);
            if (output.Report is not null)
            {
                ImageRunReport.Write(
                    trained, training, recorder, samples, [("data", $"{dataName}: {data}")], output);
            }

            Console.WriteLine($"written to {output.Model}");
        }
    }

    private static string Describe(ImageParts parts, TrainerOptions options)
    {
        var validation = parts.Validation is { } given ? $", {given.Count} to validate on"
            : options.ValidationFraction > 0
                ? string.Create(
                    CultureInfo.InvariantCulture, $" ({options.ValidationFraction:0.##} of them to validate on)")
                : "";
        return $"{parts.Train.Count} images to learn from{validation}, {parts.Test.Count} held back"
            + (parts.LeftOut.Count > 0 ? $"; {parts.LeftOut.Count} that cannot be decoded left out" : "")
            + (parts.Duplicates > 0 ? $"; {parts.Duplicates} duplicates left out" : "")
            + (parts.Contradictions > 0 ? $", {parts.Contradictions} of them under another class" : "")
            + $"; {string.Join(", ", parts.Classes.Select((c, i) => $"{c} {parts.Train.Labels.Count(l => l == i)}"))}";
    }
}
