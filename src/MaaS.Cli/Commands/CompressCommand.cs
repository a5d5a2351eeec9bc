using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Training.Compression;
using MaaS.Training.Fitting;
using MaaS.Training.Pipelines;
using static MaaS.Cli.CommandLine.OptionKinds;

namespace MaaS.Cli.Commands;

/// <summary><c>maas compress</c>: pruning ratios × quantization, and the networks that no other beats.</summary>
internal sealed class CompressCommand : RecordedVerb
{
    private static readonly CompressorOptions Default = new();

    private readonly Argument<FileSystemInfo> _model = new("model")
    {
        Description =
            "A trained model (.safetensors); an ONNX file or a package (.maas or folder), which are quantized only.",
    };

    private readonly DataOptions _data = new("mnist");
    private readonly Option<double> _drop = Number(
        "--max-accuracy-drop", "Accuracy that may be lost; 0.005 is half a point.",
        Default.Budget.MaxAccuracyDrop!.Value);
    private readonly Option<double?> _speedup = new("--min-speedup")
    {
        Description = "How many times faster it must be.",
        HelpName = "number",
    };
    private readonly Option<long?> _bytes = new("--max-bytes")
    {
        Description = "Largest network, in bytes.",
        HelpName = "number",
    };
    private readonly Option<double[]> _ratios = new("--ratio")
    {
        Description = "A share of channels to remove; may be given several times.",
        HelpName = "number",
        DefaultValueFactory = _ => [.. Default.Ratios],
    };

    private readonly Option<int> _epochs = Number(
        "--fine-tune-epochs", "Passes over the training set after pruning; 0 for none.", Default.FineTuning!.Epochs);
    private readonly Option<int> _batch = Number(
        "--batch", "Images in a request when latency is measured.", Default.LatencyBatch);
    private readonly Option<int> _samples = Number(
        "--calibration-samples", "Training images to calibrate on.", Default.CalibrationSamples);
    private readonly Option<int> _seed = Number("--seed", "Seed of fine-tuning.", 1);
    private readonly Option<DirectoryInfo?> _output = new("--output", "-o")
    {
        Description =
            "New folder for packages, report.html and report.json; beside the model with -compressed in its name "
            + "without it.",
        HelpName = "folder",
    };

    public CompressCommand()
        : base("compress", "Tries pruning ratios with quantization schemes and leaves the best networks as packages.")
    {
        Arguments.Add(_model);
        _data.AddTo(this);
        new Option[] { _drop, _speedup, _bytes, _ratios, _epochs, _batch, _samples, _seed, _output }.AddTo(this);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples =>
    [
        ("maas compress models/resnet-mnist.safetensors --max-accuracy-drop 0.005",
            "The fastest network that loses at most half a point."),
        ("maas compress models/convnet-fashion-mnist.safetensors --data fashion-mnist --min-speedup 2 --ratio 0.4 "
            + "--ratio 0.6 -o small",
            "Two ratios; the choice must be twice as fast."),
    ];

    protected override string RunName(ParseResult result) => NameOf(result.GetRequiredValue(_model));

    protected override async Task<int> WorkAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var compressor = Checked(() => new Compressor(Read(result)));
        var source = Path.TrimEndingDirectorySeparator(result.GetRequiredValue(_model).FullName);
        var name = Path.GetFileNameWithoutExtension(source);
        var output = result.GetValue(_output)?.FullName
            ?? Path.Combine(Path.GetDirectoryName(source)!, $"{name}-compressed");
        using var data = _data.Load(result);
        var compressed = NetworkFile.IsTrainedModel(source)
            ? await TrainedAsync(source)
            : await NetworkAsync();

        Console.WriteLine();
        Console.Write(compressed);
        if (compressed.Best is { } best)
        {
            Run?.Tag("chosen", best.Name);
            Run?.Metric("test/accuracy", 0, best.Accuracy);
        }

        Run?.Artifact(Path.Combine(output, "report.html"));
        Console.WriteLine($"written to {output}; open {Path.Combine(output, "report.html")}");
        if (compressed.Best is null)
        {
            await Console.Error.WriteLineAsync(
                "maas: no network is within the budget; allow more, or try other ratios and more fine-tuning.");
            return ExitCode.Failure;
        }

        return ExitCode.Success;

        async Task<CompressionResult> TrainedAsync(string path)
        {
            using var model = TrainedModel.Load(path);
            using var train = model.Normalized(data.Train);
            using var test = model.Normalized(data.Test);
            return await compressor.RunAsync(model, train, test, output, name, new StepLines(), cancellationToken);
        }

        async Task<CompressionResult> NetworkAsync()
        {
            var network = (await NetworkFile.OpenAsync(source, cancellationToken)).For(data.Train);
            using var train = network.Normalize(data.Train);
            using var test = network.Normalize(data.Test);
            return await compressor.RunAsync(
                network.Model, network.Manifest, train, test, output, new StepLines(), cancellationToken);
        }
    }

    private CompressorOptions Read(ParseResult result) => new()
    {
        Budget = new CompressionBudget
        {
            MaxAccuracyDrop = result.GetValue(_drop),
            MinSpeedup = result.GetValue(_speedup),
            MaxBytes = result.GetValue(_bytes),
        },
        Ratios = result.GetRequiredValue(_ratios),
        FineTuning = result.GetValue(_epochs) == 0 ? null : new TrainerOptions
        {
            Epochs = result.GetValue(_epochs),
            Seed = result.GetValue(_seed),
        },
        CalibrationSamples = result.GetValue(_samples),
        LatencyBatch = result.GetValue(_batch),
    };

    // On this thread, unlike Progress<T>, so that lines keep their order.
    private sealed class StepLines : IProgress<CompressionProgress>
    {
        public void Report(CompressionProgress value)
            => Console.WriteLine($"{value.Step}/{value.Steps} {value.Activity}");
    }
}
