using MaaS.Core.Packages;
using MaaS.Onnx;
using MaaS.Onnx.Inference;
using MaaS.Onnx.Quantization;
using MaaS.Onnx.Quantization.Analysis;
using MaaS.Onnx.Quantization.Schemes;
using MaaS.Training.Data;
using MaaS.Training.Evaluation;
using MaaS.Training.Fitting;
using MaaS.Training.Pipelines;
using MaaS.Training.Pruning;
using MaaS.Training.Reports;

namespace MaaS.Cli.Demo;

/// <summary>What pruning came to.</summary>
/// <param name="Parameters">Of the smaller network.</param>
/// <param name="Accuracy">Of its package, on the test digits.</param>
/// <param name="Speedup">Latency of the original over latency of the smaller one, one image a run.</param>
internal sealed record DemoPruning(long Parameters, double Accuracy, double Speedup);

/// <summary>The demo's smaller networks.</summary>
internal static class DemoCompression
{
    private const int FineTuneEpochs = 4, CalibrationImages = 256;
    private static readonly TimeSpan LatencyDuration = TimeSpan.FromSeconds(2);

    /// <summary>Prunes a copy of a trained model to half its channels, fine-tunes, packs and measures it.</summary>
    public static async Task<DemoPruning> PruneAsync(
        string weights, string package, string name, OnnxModel original, TrainTest data,
        CancellationToken cancellationToken)
    {
        using var model = TrainedModel.Load(weights);
        var report = model.Prune(
            new ChannelPruningOptions { Goal = PruningGoal.Channels(0.5) },
            new TrainerOptions
            {
                Epochs = FineTuneEpochs,
                LearningRate = 0.002,
                Augmentation = new ShiftFlip(2),
                Seed = 1,
            },
            data.Train, new ConsoleProgress(), cancellationToken);
        var export = model.Export();
        await model.PackAsync(
            package, name, export, Evaluator.Evaluate(model.Module, data.Test, cancellationToken: cancellationToken),
            cancellationToken: cancellationToken);
        using var classifier = await ImageClassifier.OpenAsync(package, cancellationToken: cancellationToken);
        using var whole = InferenceModel.Load(original.ToByteArray(), "original");
        var (before, after) = LatencyComparison.Measure(
            whole, classifier.Model, Sample(data.Test, original), LatencyDuration, cancellationToken);
        var accuracy = Evaluator.Evaluate(classifier, data.Test, cancellationToken).Accuracy;
        Console.WriteLine(
            $"{report.Before.Parameters:n0} to {report.Final.Parameters:n0} parameters, accuracy {accuracy:0.0000}, "
                + $"{before / after:0.00} times as fast "
            + $"({1000 * before:0} to {1000 * after:0} µs an image)");
        return new DemoPruning(report.Final.Parameters, accuracy, before / after);
    }

    /// <summary>Quantizes the network to int8 and keeps it only where it is not slower and loses at most 0.2
    /// points.</summary>
    /// <returns>The measurements; <paramref name="package"/> was written if they were good enough.</returns>
    public static async Task<QuantizationReport> QuantizeAsync(
        NetworkFile network, string package, TrainTest data, CancellationToken cancellationToken)
    {
        var input = network.Model.Inputs[0].Name;
        var scheme = new StaticScheme(
            OnnxBatches.Inputs(data.Train, input, CalibrationImages, cancellationToken: cancellationToken));
        var (test, validation) = BatchSubset.Split(data.Test, fraction: 0.5, seed: 0);
        Func<InferenceModel, double> Accuracy(IBatchSource part) => model => ClassificationAccuracy.Measure(
            model, OnnxBatches.Labelled(part, input, cancellationToken: cancellationToken));
        var result = new Quantizer(new QuantizerOptions { LatencyDuration = LatencyDuration }).Run(
            network.Model, scheme,
            Accuracy(validation), Sample(data.Test, network.Model), Accuracy(test), cancellationToken);
        Console.Write(result.Report);
        if (result.Report.Accepted)
        {
            var metrics = new Dictionary<string, double>
            {
                ["accuracy"] = result.Report.Test!.Quantized,
                ["speedup"] = result.Report.Speedup,
            };
            await network.SaveAsync(package, result.Model, result.Report.Scheme, metrics, cancellationToken);
        }

        return result.Report;
    }

    private static IReadOnlyDictionary<string, TensorValue> Sample(ImageDataset data, OnnxModel model)
        => OnnxBatches.Inputs(data, model.Inputs[0].Name, samples: 1).First();
}
