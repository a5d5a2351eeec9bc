using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Quantization;
using MaaS.Cli.Recording;
using MaaS.Core.Generation.Quantization;
using MaaS.Core.InputData;
using MaaS.Core.Packages;
using MaaS.Onnx;
using MaaS.Onnx.Inference;
using MaaS.Onnx.Quantization;
using MaaS.Onnx.Quantization.Schemes;
using MaaS.Primitives.Files;
using MaaS.Training.Data;
using MaaS.Training.Fitting;
using MaaS.Training.Pipelines;
using MaaS.Training.Quantization;
using MaaS.Training.Reports;
using static MaaS.Cli.CommandLine.OptionKinds;

namespace MaaS.Cli.Commands;

/// <summary><c>maas quantize</c>: 8- or 4-bit integers, where they pay.</summary>
internal sealed partial class QuantizeCommand : RecordedVerb
{
    // Metadata of the network that was written.
    private const string WarningKey = "quantization_warning";

    private static readonly QuantizerOptions Default = new();

    private readonly Argument<FileSystemInfo> _model = new("model")
    {
        Description = "An ONNX file, a package (.maas or folder) or a trained model (.safetensors).",
    };

    private readonly QuantizationOptionSet _scheme = new();
    private readonly Option<double> _perplexity = Number(
        "--max-perplexity-rise", "Language models: share by which the perplexity may rise; 0.02 is 2 %.",
        new LanguageModelQuantizerOptions().MaxPerplexityRise);
    private readonly Option<FileInfo?> _chat = new("--chat")
    {
        Description =
            "Chat models: conversations, an object a line, that it was not trained on; the perplexity is that "
            + "of the assistant's tokens.",
        HelpName = "file.jsonl",
    };
    private readonly Option<string> _cache = Choice(
        "--cache",
        "Language models: type of keys and values; fp16 halves the memory of a token of context, and without "
            + "--mode and --bits leaves weights as they are.", ["fp32", HalfCache], "fp32");
    private readonly DataOptions _data = new("mnist", [TextOptions.SpamAssassinName], inputs: true);
    private readonly InputDataOptions _inputs = new();
    private readonly TextOptions _texts = new();
    private readonly Option<int> _epochs = Number("--epochs", "qat: passes over the training set.", 2);
    private readonly Option<double> _learningRate = Number("--learning-rate", "qat: peak learning rate.", 1e-4);
    private readonly Option<int> _seed = Number("--seed", "qat: seed of the training.", 1);
    private readonly Option<double> _drop = Number(
        "--max-accuracy-drop", "Accuracy that may be lost; 0.002 is 0.2 points.", Default.MaxAccuracyDrop);
    private readonly Option<double> _sqnr = Number(
        "--min-sqnr", "Without labels: least signal-to-noise ratio of an output, in dB.", Default.MinSqnr);
    private readonly Option<double> _speedup = Number(
        "--min-speedup", "How many times faster it must be; 0 for the sake of size.", Default.MinSpeedup);
    private readonly Option<int> _batch = Number(
        "--batch", "Images in a request when latency is measured; size of the first axis of random inputs.", 1);
    private readonly Option<bool> _anyway = new("--accept-anyway")
    {
        Description = "Write the result even though it is slower or worse.",
    };
    private readonly Option<FileSystemInfo?> _output = new("--output", "-o")
    {
        Description =
            "FILE.onnx for the network alone, FILE.maas or a folder for a package; beside the model with the mode in "
            + "its name without it.",
        HelpName = "path",
    };

    public QuantizeCommand()
        : base("quantize", "Quantizes a network, measures it against the float one, and keeps it only if it pays.")
    {
        Arguments.Add(_model);
        _scheme.AddTo(this);
        new Option[] { _epochs, _learningRate, _seed }.AddTo(this);
        _data.AddTo(this);
        _inputs.AddTo(this);
        _texts.AddTo(this);
        new Option[] { _chat, _cache, _drop, _sqnr, _perplexity, _speedup, _batch, _anyway, _output }.AddTo(this);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples =>
    [
        ("maas quantize digits.maas", "Static int8, accepted when it is not slower and loses at most 0.2 points."),
        ("maas quantize model.onnx --mode static --calibrator entropy --data fashion-mnist -o small.onnx",
            "Entropy calibration on clothes."),
        ("maas quantize other.onnx --data inputs/ --mode dynamic",
            "Any network, on .npz files with its inputs by name; outputs are compared."),
        ("maas quantize other.onnx --data random --size sequence=128",
            "The same on random inputs, to see what would be gained."),
        ("maas quantize models/resnet-mnist.safetensors --mode qat --epochs 3",
            "Where rounding after training costs too much."),
        ("maas quantize models/mlp-mnist.safetensors --mode dynamic --min-speedup 0 -o mlp.maas",
            "For the size, whatever the speed."),
        ("maas quantize story.maas --bits 4 --data unseen.txt",
            "A language model: perplexity, equal tokens, tokens a second."),
        ("maas quantize chat.maas --mode int8 --chat unseen.jsonl --min-speedup 0",
            "A chat model, for its size: the perplexity is that of the answers alone."),
    ];

    protected override string RunName(ParseResult result) => NameOf(result.GetRequiredValue(_model));

    protected override async Task<int> WorkAsync(ParseResult result, CancellationToken cancellationToken)
    {
        if (result.GetValue(_batch) < 1 || result.GetValue(_scheme.Samples) < 1)
        {
            throw new UsageException("--batch, --calibration-samples: expected at least 1.");
        }

        var source = Path.TrimEndingDirectorySeparator(result.GetRequiredValue(_model).FullName);
        if (await IsLanguageModelAsync(source, cancellationToken))
        {
            return await QuantizeLanguageModelAsync(result, source, cancellationToken);
        }

        UnusedOptions.Refuse(result, "a model that writes no texts", [_perplexity, _chat, _cache]);
        var mode = _scheme.ModeOf(result);
        if (mode == QuantizationOptionSet.Aware && !NetworkFile.IsTrainedModel(source))
        {
            throw new UsageException(
                $"--mode qat: expected a trained model (.safetensors), which can be trained on, got '{source}'.");
        }

        var training = Checked(() => Training(result));
        var output = Output(result, source, mode);
        var network = await NetworkFile.OpenAsync(source, cancellationToken);
        var options = new QuantizerOptions
        {
            MaxAccuracyDrop = result.GetValue(_drop),
            MinSqnr = result.GetValue(_sqnr),
            MinSpeedup = result.GetValue(_speedup),
            AcceptAnyway = result.GetValue(_anyway),
        };
        var quantizer = new Quantizer(options);
        QuantizationResult quantized;
        var named = result.GetRequiredValue(_data.Name);
        _data.RefuseText(named);
        if (InputDataOptions.Takes(named))
        {
            quantized = await QuantizeInputsAsync(result, named, mode, quantizer, network.Model, cancellationToken);
        }
        else if (network.Manifest.Text is not null)
        {
            quantized = await QuantizeTextAsync(result, source, quantizer, network, cancellationToken);
        }
        else
        {
            using var data = LoadFor(result, network);
            network = network.For(data.Train);
            using var train = network.Normalize(data.Train);
            using var test = network.Normalize(data.Test);
            var input = network.Model.Inputs[0].Name;
            var (held, validation) = BatchSubset.Split(test, fraction: 0.5, seed: 0);
            quantized = quantizer.Run(
                network.Model,
                mode == QuantizationOptionSet.Aware
                    ? Train(result, source, train, training, cancellationToken)
                    : _scheme.Read(result, mode,
                        OnnxBatches.Inputs(
                            train, input, result.GetValue(_scheme.Samples), cancellationToken: cancellationToken)),
                Accuracy(validation),
                OnnxBatches.Inputs(
                    validation, input, result.GetValue(_batch), result.GetValue(_batch), cancellationToken).First(),
                Accuracy(held), cancellationToken);

            Func<InferenceModel, double> Accuracy(IBatchSource part) => model => ClassificationAccuracy.Measure(
                model, OnnxBatches.Labelled(part, input, cancellationToken: cancellationToken));
        }

        Console.Write(quantized.Report);
        Run?.Report(quantized.Report);
        if (!quantized.Report.Accepted)
        {
            await Console.Error.WriteLineAsync(quantized.Report.IsQuantized
                ? "maas: nothing was written; --accept-anyway writes the quantized network all the same."
                : "maas: nothing was quantized and nothing was written; try another --mode.");
            return ExitCode.Failure;
        }

        var step = string.Concat(
            quantized.Report.Scheme, string.Concat(quantized.Report.Warnings.Select(static warning => $"; {warning}")));
        await network.SaveAsync(
            output, quantized.Model, step, QuantizationMetrics.Of(quantized.Report), cancellationToken);
        Run?.Artifact(File.Exists(output) ? output : Path.Combine(output, "manifest.json"));
        Console.WriteLine($"written to {output}");
        return ExitCode.Success;
    }

    // Without --data the model is taken to be one of images; where it is not, the message says what to give.
    private TrainTest LoadFor(ParseResult result, NetworkFile network)
    {
        if (result.GetResult(_data.Name) is { Implicit: false })
        {
            return _data.Load(result);
        }

        var shape = network.Model.Inputs is [var only] ? OnnxDimension.ShapeOf(only) : null;
        return shape is [_, { Size: 1 or null }, { Size: 28 or null }, { Size: 28 or null }]
            ? _data.Load(result)
            : throw new UsageException(
                $"--data: expected data for a model that takes {string.Join("; ", ModelInputs.Of(network.Model))}: a "
                    + "folder of .npz or .npy files, "
                + "a .jsonl file with an object of inputs by name a line, or random.");
    }

    private async Task<QuantizationResult> QuantizeInputsAsync(
        ParseResult result, string data, string mode, Quantizer quantizer, OnnxModel model,
        CancellationToken cancellationToken)
    {
        if (mode == QuantizationOptionSet.Aware)
        {
            throw new UsageException(
                "--mode qat: expected a data set with labels to train on; inputs without labels will do for the other "
                    + "modes.");
        }

        int? samples = result.GetResult(_scheme.Samples) is { Implicit: false }
            ? result.GetValue(_scheme.Samples) : null;
        var inputs = _inputs.Open(result, data, model, samples, result.GetValue(_batch), cancellationToken);
        await Console.Out.WriteLineAsync(inputs.Note);
        var quantized = quantizer.Run(
            model, _scheme.Read(result, mode, inputs.Calibration), inputs.Comparison, cancellationToken);
        if (inputs.Warning is not { } warning)
        {
            return quantized;
        }

        if (quantized.Report.Accepted)
        {
            quantized.Model.SetMetadata(WarningKey, warning);
        }

        return quantized with { Report = quantized.Report with { Warnings = [warning] } };
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
        ParseResult result, string source, ImageDataset train, TrainerOptions training,
        CancellationToken cancellationToken)
    {
        using var model = TrainedModel.Load(source);
        var aware = model.TrainQuantized(
            train, training, new QuantizationAwareOptions
            {
                Exclude = result.GetRequiredValue(_scheme.Exclude).ToHashSet(StringComparer.Ordinal),
            },
            result.GetValue(_scheme.Samples), new ConsoleProgress(), cancellationToken);
        return new FinishedScheme($"static int8 (quantization-aware training, {training.Epochs} epochs)", aware.Model);
    }

    private string Output(ParseResult result, string source, string mode)
    {
        var output = result.GetValue(_output)?.FullName ?? DefaultOutput(source, mode);
        var name = Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(output));
        if (!ModelNames.IsValid(name))
        {
            throw new UsageException($"--output: expected a name of {ModelNames.Rule}, got '{name}'.");
        }

        if (!Directory.Exists(output))
        {
            AtomicFile.EnsureWritable(output);
        }

        return output;
    }

    private static string DefaultOutput(string source, string mode)
    {
        var extension = source.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) ? ".onnx" : ".maas";
        return Path.Combine(
            Path.GetDirectoryName(source)!, $"{Path.GetFileNameWithoutExtension(source)}-{mode}{extension}");
    }
}
