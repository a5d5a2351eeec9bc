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
    /// <summary>Writes the page of a run on a data set in memory.</summary>
    public static void Write(
        TrainedModel model, TrainingResult training, RunRecorder recorder, TrainTest data, TrainingOutput output,
        CancellationToken cancellationToken)
        => Write(
            model, training, recorder,
            new ClassifiedSamples(
                model.Info.Architecture, model.Info.Classes,
                Evaluator.Probabilities(model.Module, data.Test, cancellationToken: cancellationToken),
                [.. data.Test.LabelValues().Select(static l => (int)l)], view: i => View(data.Test, i)),
            [("data", $"{model.Info.Data}: {data.Train.Count} training images, {data.Test.Count} test images")],
            output);

    /// <summary>Writes the page of a run.</summary>
    /// <param name="model">What was trained.</param>
    /// <param name="training">How it went.</param>
    /// <param name="recorder">What the trainer told meanwhile.</param>
    /// <param name="samples">What the model says of images that training never saw.</param>
    /// <param name="data">What is to be known of the data.</param>
    /// <param name="output">Where the page goes.</param>
    public static void Write(
        TrainedModel model, TrainingResult training, RunRecorder recorder, ClassifiedSamples samples,
        IEnumerable<(string Name, string Value)> data, TrainingOutput output)
    {
        new RunReport
        {
            Title = $"{model.Info.Architecture} on {model.Info.Data}",
            Epochs = training.Epochs,
            Points = recorder.Points,
            Classified = [samples],
            Facts = [.. data, .. Facts(model, training), .. RunEnvironment.Describe()],
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

    private static IEnumerable<(string Name, string Value)> Facts(TrainedModel model, TrainingResult training)
    {
        var (info, options) = (model.Info, model.Info.Options!);
        yield return (
            "network",
            $"{info.Architecture}{(info.Pretrained is { } start ? $" from {start}" : "")}, "
                + $"{model.Module.parameters().Sum(static p => p.numel()):n0} parameters");
        yield return ("training", string.Create(
            CultureInfo.InvariantCulture,
            $"{training.Epochs.Count} epochs of batches of {options.BatchSize}, {options.Optimizer}, learning rate "
                + $"{options.LearningRate:g3}, seed {options.Seed}; {training.Seconds:0} s ({training.Plan})"));
    }
}
