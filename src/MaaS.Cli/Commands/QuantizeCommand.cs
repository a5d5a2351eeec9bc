using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Text;
using MaaS.Core.Inference;
using MaaS.Core.Packages;
using MaaS.Core.Quantization;
using MaaS.Core.Quantization.Calibration;
using MaaS.Core.Quantization.Dynamic;
using MaaS.Core.Quantization.Qdq;
using MaaS.Core.Quantization.Schemes;
using MaaS.Core.Quantization.WeightOnly;
using MaaS.Training;
using MaaS.Training.Compression;
using MaaS.Training.Data;
using MaaS.Training.Models;
using MaaS.Training.Quantization;
using static MaaS.Cli.CommandLine.OptionKinds;

namespace MaaS.Cli.Commands;

/// <summary><c>maas quantize</c>: 8- or 4-bit integers, where they pay.</summary>
internal sealed class QuantizeCommand : VerbCommand
{
    private const string Aware = "qat";

    private static readonly QuantizerOptions Default = new();

    private readonly Argument<FileSystemInfo> _model = new("model")
    {
        Description = "An ONNX file, a package (.maas or folder) or a trained model (.safetensors).",
    };

    private readonly Option<string> _mode = Choice(
        "--mode",
        "static: weights and activations, calibrated; dynamic: activations as they come, the default for texts; int4: weights only; "
        + "qat: static, after training a .safetensors model on with the rounding.",
        ["static", "dynamic", "int4", Aware], "static");

    private readonly Option<string> _calibrator = Choice(
        "--calibrator", "How static ranges are chosen.", CalibrationMethods.Names, new MinMaxCalibration().Name);

    private readonly Option<int> _samples = Number("--calibration-samples", "Training images to calibrate on.", 256);
    private readonly Option<bool> _perTensor = new("--per-tensor") { Description = "One scale for all channels of a weight." };
    private readonly Option<string[]> _exclude = Several("--exclude", "A node that stays float; may be given several times.", "node");
    private readonly DataOptions _data = new("mnist", TextOptions.SpamAssassinName);
    private readonly TextOptions _texts = new();
    private readonly Option<int> _epochs = Number("--epochs", "qat: passes over the training set.", 2);
    private readonly Option<double> _learningRate = Number("--learning-rate", "qat: peak learning rate.", 1e-4);
    private readonly Option<int> _seed = Number("--seed", "qat: seed of the training.", 1);
    private readonly Option<double> _drop = Number("--max-accuracy-drop", "Accuracy that may be lost; 0.002 is 0.2 points.", Default.MaxAccuracyDrop);
    private readonly Option<double> _speedup = Number("--min-speedup", "How many times faster it must be; 0 for the sake of size.", Default.MinSpeedup);
    private readonly Option<int> _batch = Number("--batch", "Images in a request when latency is measured.", 1);
    private readonly Option<bool> _anyway = new("--accept-anyway") { Description = "Write the result even though it is slower or worse." };
    private readonly Option<FileSystemInfo?> _output = new("--output", "-o")
    {
        Description = "FILE.onnx for the network alone, FILE.maas or a folder for a package; beside the model with the mode in its name without it.",
        HelpName = "path",
    };

    public QuantizeCommand()
        : base("quantize", "Quantizes a network, measures it against the float one, and keeps it only if it pays.")
    {
        Arguments.Add(_model);
        new Option[] { _mode, _calibrator, _samples, _perTensor, _exclude, _epochs, _learningRate, _seed }.AddTo(this);
        _data.AddTo(this);
        _texts.AddTo(this);
        new Option[] { _drop, _speedup, _batch, _anyway, _output }.AddTo(this);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples =>
    [
        ("maas quantize digits.maas", "Static int8, accepted when it is not slower and loses at most 0.2 points."),
        ("maas quantize model.onnx --mode static --calibrator entropy --data fashion-mnist -o small.onnx", "Entropy calibration on clothes."),
        ("maas quantize models/resnet-mnist.safetensors --mode qat --epochs 3", "Where rounding after training costs too much."),
        ("maas quantize models/mlp-mnist.safetensors --mode dynamic --min-speedup 0 -o mlp.maas", "For the size, whatever the speed."),
    ];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        if (result.GetValue(_batch) < 1 || result.GetValue(_samples) < 1)
        {
            throw new UsageException("--batch, --calibration-samples: expected at least 1.");
        }

        var source = Path.TrimEndingDirectorySeparator(result.GetRequiredValue(_model).FullName);
        var mode = result.GetRequiredValue(_mode);
        if (mode == Aware && !NetworkFile.IsTrainedModel(source))
        {
            throw new UsageException($"--mode qat: expected a trained model (.safetensors), which can be trained on, got '{source}'.");
        }

        var training = Checked(() => Training(result));
        var output = result.GetValue(_output)?.FullName ?? Beside(source, mode);
        var name = Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(output));
        if (!ModelNames.IsValid(name))
        {
            throw new UsageException($"--output: expected a name of {ModelNames.Rule}, got '{name}'.");
        }

        var network = await NetworkFile.OpenAsync(source, cancellationToken);
        var options = new QuantizerOptions
        {
            MaxAccuracyDrop = result.GetValue(_drop),
            MinSpeedup = result.GetValue(_speedup),
            AcceptAnyway = result.GetValue(_anyway),
        };
        var quantizer = new Quantizer(options);
        QuantizationResult quantized;
        if (network.Manifest.Text is not null)
        {
            quantized = await QuantizeTextAsync(result, source, quantizer, network, cancellationToken);
        }
        else
        {
            using var data = _data.Load(result);
            network = network.For(data.Train);
            using var train = network.Normalize(data.Train);
            using var test = network.Normalize(data.Test);
            var input = network.Model.Inputs[0].Name;
            quantized = quantizer.Run(
                network.Model,
                mode == Aware
                    ? Train(result, source, train, training, cancellationToken)
                    : Scheme(result, mode, OnnxBatches.Inputs(train, input, result.GetValue(_samples), cancellationToken: cancellationToken)),
                model => ClassificationAccuracy.Measure(model, OnnxBatches.Labelled(test, input, cancellationToken: cancellationToken)),
                OnnxBatches.Inputs(test, input, result.GetValue(_batch), result.GetValue(_batch), cancellationToken).First(),
                cancellationToken);
        }

        Console.Write(quantized.Report);
        if (!quantized.Report.Accepted)
        {
            await Console.Error.WriteLineAsync("maas: nothing was written; --accept-anyway writes the quantized network all the same.");
            return ExitCode.Failure;
        }

        await network.SaveAsync(output, quantized.Model, quantized.Report.Scheme, Metrics(quantized.Report), cancellationToken);
        Console.WriteLine($"written to {output}");
        return ExitCode.Success;
    }

    private TrainerOptions Training(ParseResult result)
    {
        var options = new TrainerOptions
        {
            Epochs = result.GetValue(_epochs),
            LearningRate = result.GetValue(_learningRate),
            Seed = result.GetValue(_seed),
        };
        options.Validate();
        return options;
    }

    private FinishedScheme Train(
        ParseResult result, string source, ImageDataset train, TrainerOptions training, CancellationToken cancellationToken)
    {
        using var model = TrainedModel.Load(source);
        var aware = model.TrainQuantized(
            train, training, new QuantizationAwareOptions { Exclude = result.GetRequiredValue(_exclude).ToHashSet(StringComparer.Ordinal) },
            result.GetValue(_samples), new ConsoleProgress(), cancellationToken);
        return new FinishedScheme($"static int8 (quantization-aware training, {training.Epochs} epochs)", aware.Model);
    }

    // Accuracy on held-back texts; latency on the longest of them.
    private async Task<QuantizationResult> QuantizeTextAsync(
        ParseResult result, string source, Quantizer quantizer, NetworkFile network, CancellationToken cancellationToken)
    {
        var mode = result.GetResult(_mode) is { Implicit: false } ? result.GetRequiredValue(_mode) : "dynamic";
        if (mode == Aware)
        {
            throw new UsageException("--mode qat: expected a model of images; models of texts lose little with dynamic.");
        }

        var encoder = network.TextEncoder().Truncating();
        var parts = TextMeasuring.Choose(
            _texts, result, encoder.Preprocessing, network.Manifest.Labels ?? throw new InvalidDataException($"{source}: expected labels, found none."),
            network.Manifest.Lineage?.DataHash, cancellationToken);
        await Console.Out.WriteLineAsync($"accuracy on {parts.Note}");
        var test = OnnxTextBatches.Labelled(encoder, parts.HeldBack, cancellationToken: cancellationToken);
        var calibration = OnnxTextBatches.Labelled(encoder, parts.Train ?? parts.HeldBack, cancellationToken: cancellationToken)
            .Take((result.GetValue(_samples) + OnnxTextBatches.BatchSize - 1) / OnnxTextBatches.BatchSize).Select(static b => b.Inputs);
        return quantizer.Run(
            network.Model,
            Scheme(result, mode, calibration),
            model => ClassificationAccuracy.Measure(model, test),
            OnnxTextBatches.Labelled(encoder, parts.HeldBack, result.GetValue(_batch), cancellationToken).Last().Inputs,
            cancellationToken);
    }

    private IQuantizationScheme Scheme(ParseResult result, string mode, IEnumerable<IReadOnlyDictionary<string, TensorValue>> calibration)
    {
        var excluded = result.GetRequiredValue(_exclude).ToHashSet(StringComparer.Ordinal);
        var perChannel = !result.GetValue(_perTensor);
        return mode switch
        {
            "dynamic" => new DynamicScheme(new DynamicQuantizerOptions { PerChannel = perChannel, ExcludedNodes = excluded }),
            "int4" => new WeightOnlyScheme(new WeightOnlyQuantizerOptions { Bits = 4, ExcludedNodes = excluded }),
            _ => new StaticScheme(
                calibration,
                new StaticQuantizerOptions
                {
                    Calibration = CalibrationMethods.ByName(result.GetRequiredValue(_calibrator)),
                    PerChannel = perChannel,
                    ExcludedNodes = excluded,
                }),
        };
    }

    private static string Beside(string source, string mode) => Path.Combine(
        Path.GetDirectoryName(source)!,
        $"{Path.GetFileNameWithoutExtension(source)}-{mode}{(source.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) ? ".onnx" : ".maas")}");

    private static Dictionary<string, double> Metrics(QuantizationReport report) => new()
    {
        ["accuracy"] = report.Quantized.Accuracy,
        ["float_accuracy"] = report.Float.Accuracy,
        ["speedup"] = report.Speedup,
        ["compression"] = report.Compression,
    };
}
