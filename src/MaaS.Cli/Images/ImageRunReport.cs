using System.Globalization;
using MaaS.Cli.CommandLine;
using MaaS.Training.Data;
using MaaS.Training.Evaluation;
using MaaS.Training.Fitting;
using MaaS.Training.Pipelines;
using MaaS.Training.Reports;

namespace MaaS.Cli.Images;

/// <summary>Tells of a run on images.</summary>
internal static class ImageRunReport
{
    public static void Write(
        TrainedModel model, TrainingResult training, RunRecorder recorder, TrainTest data, TrainingOutput output,
        CancellationToken cancellationToken)
    {
        var info = model.Info;
        new RunReport
        {
            Title = $"{info.Architecture} on {info.Data}",
            Epochs = training.Epochs,
            Points = recorder.Points,
            Classified =
            [
                new ClassifiedSamples(
                    info.Architecture, info.Classes,
                    Evaluator.Probabilities(model.Module, data.Test, cancellationToken: cancellationToken),
                    [.. data.Test.LabelValues().Select(static l => (int)l)], view: i => View(data.Test, i)),
            ],
            Facts = [.. Facts(model, training, data), .. RunEnvironment.Describe()],
            Command = output.Command,
        }.Save(output.Report!);
        Console.WriteLine($"report in {output.Report}");
    }

    private static SampleView View(ImageDataset images, int index)
    {
        var size = (int)(images.Images.NumberOfElements / images.Count);
        var (channels, height, width) = (
            (int)images.InputShape[0], (int)images.InputShape[1], (int)images.InputShape[2]);
        var pixels = images.Images.bytes.Slice(index * size, size);
        // Of other channels than a picture has, the first.
        return channels is 1 or 3
            ? SampleView.OfPixels(pixels, channels, height, width)
            : SampleView.OfPixels(pixels[..(height * width)], 1, height, width);
    }

    private static IEnumerable<(string Name, string Value)> Facts(
        TrainedModel model, TrainingResult training, TrainTest data)
    {
        var (info, options) = (model.Info, model.Info.Options!);
        yield return ("data", $"{info.Data}: {data.Train.Count} training images, {data.Test.Count} test images");
        yield return (
            "network",
            $"{info.Architecture}, {model.Module.parameters().Sum(static p => p.numel()):n0} parameters");
        yield return ("training", string.Create(
            CultureInfo.InvariantCulture,
            $"{training.Epochs.Count} epochs of batches of {options.BatchSize}, {options.Optimizer}, learning rate "
                + $"{options.LearningRate:g3}, seed {options.Seed}; {training.Seconds:0} s ({training.Plan})"));
    }
}
