using System.Runtime.InteropServices;
using MaaS.Benchmarks.Compression;
using MaaS.Onnx;
using MaaS.Onnx.Quantization;
using MaaS.Onnx.Quantization.Numerics;
using MaaS.Onnx.Quantization.Schemes;
using MaaS.Training.Data;
using MaaS.Training.Evaluation;
using MaaS.Training.Export;
using MaaS.Training.Fitting;
using MaaS.Training.Models;
using MaaS.Training.Pruning;
using static TorchSharp.torch;

// dotnet run -c Release --project benchmarks/compression [-- IMAGES [SEQUENCES]]
// One run, both sides of every comparison in turns in one process; about eight minutes on two quiet cores.
var imageCount = args.Length > 0 ? int.Parse(args[0]) : 20_000;
var sequenceCount = args.Length > 1 ? int.Parse(args[1]) : 2_500;
const int CalibrationSamples = 256, FineTuneEpochs = 2;

Console.WriteLine($"machine: {Cpu()}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}");
Console.WriteLine(
    $"versions: .NET {Environment.Version}, ONNX Runtime "
        + $"{typeof(Microsoft.ML.OnnxRuntime.InferenceSession).Assembly.GetName().Version}, "
    + $"{(Processor.HasVnni ? "with" : "without")} integer dot products; load {Load()}");
using var data = FashionMnist.Load();
using var train = data.Train.Take(imageCount);

manual_seed(1);
using var vgg = new VggNet();
Fit("VGG-style CNN", vgg, train, epochs: 2, learningRate: 2e-3);
var whole = Export(vgg, train);
Comparison.Print(
    $"VGG-style CNN ({Parameters(vgg):n0} parameters) on Fashion-MNIST, static int8", "int8", whole,
    Quantize(whole, new StaticScheme(OnnxBatches.Inputs(train, "input", CalibrationSamples))), data.Test);

// Fine-tuning is training as well: the pruned network is also held against the original with as many epochs more.
using var trained = new VggNet();
trained.load_state_dict(vgg.state_dict());
Fit("the original, trained further", vgg, train, FineTuneEpochs, learningRate: 1e-3);
var further = Evaluator.Evaluate(vgg, data.Test).Accuracy;
vgg.load_state_dict(trained.state_dict());
using (var example = randn([2, 1, 28, 28]))
{
    new Pruner(vgg, example).Prune(new ChannelPruningOptions { Goal = PruningGoal.Channels(0.5), RoundTo = 8 });
}

Fit("half the channels", vgg, train, FineTuneEpochs, learningRate: 1e-3);
var half = Export(vgg, train);
Comparison.Print(
    $"the same, half the channels pruned and fine-tuned ({Parameters(vgg):n0} parameters)", "pruned", whole, half,
    data.Test);
Console.WriteLine($"the original after {FineTuneEpochs} epochs more: accuracy {100 * further:0.00}%");
Comparison.Print(
    "the pruned network, static int8 against float", "int8", half,
    Quantize(half, new StaticScheme(OnnxBatches.Inputs(train, "input", CalibrationSamples))), data.Test);

using var sequences = ByteImages.Of(data.Train, sequenceCount);
using var sequenceTest = ByteImages.Of(data.Test, 1_000);
manual_seed(1);
using var encoder = new TokenEncoder();
Fit("Transformer encoder", encoder, sequences, epochs: 3, learningRate: 1e-3);
var floats = Export(encoder, sequences);
Comparison.Print(
    $"Transformer encoder (d {TokenEncoder.Width}, {TokenEncoder.Layers} layers, sequence {TokenEncoder.Sequence}, "
    + $"{Parameters(encoder):n0} parameters) on Fashion-MNIST as 128 bytes an image, dynamic int8 with int8 embeddings",
    "int8", floats, Quantize(floats, new DynamicScheme()), sequenceTest);

using var small = ModelCatalog.Create("convnet", [1, 28, 28], 10, seed: 1);
Fit("small ConvNet", small, train, epochs: 2, learningRate: 5e-3);
var tiny = Export(small, train);
Console.WriteLine();
Console.WriteLine($"a small network ({Parameters(small):n0} parameters) before the gate");
Console.Write(new Quantizer(new QuantizerOptions { LatencyDuration = TimeSpan.FromSeconds(6) }).Run(
    tiny, new StaticScheme(OnnxBatches.Inputs(train, "input", CalibrationSamples)),
    model => ClassificationAccuracy.Measure(model, OnnxBatches.Labelled(data.Test, "input")),
    OnnxBatches.Inputs(data.Test, "input", 1).First()).Report);
Console.WriteLine($"load at the end {Load()}");

static void Fit(string name, nn.Module<Tensor, Tensor> module, ImageDataset train, int epochs, double learningRate)
{
    var options = new TrainerOptions
    {
        Epochs = epochs,
        LearningRate = learningRate,
        Precision = TrainingPrecision.Bf16,
        Seed = 1,
    };
    var result = new Trainer(options).Fit(module, train);
    Console.Error.WriteLine($"{name}: trained on {train.Count} samples for {epochs} epochs in {result.Seconds:0} s");
}

static OnnxModel Export(nn.Module<Tensor, Tensor> module, ImageDataset train)
{
    using var example = rand([2, .. train.InputShape]);
    return OnnxExporter.Export(
        module, example, new OnnxExportOptions { InputNames = ["input"], OutputNames = ["logits"] }).Model;
}

static OnnxModel Quantize(OnnxModel model, IQuantizationScheme scheme)
    => scheme.Prepare(model).Quantize(new HashSet<string>());

static long Parameters(nn.Module module) => module.parameters().Sum(static p => p.NumberOfElements);

static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

static string Cpu()
    => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").First(static l => l.StartsWith("model name", StringComparison.Ordinal))
            .Split(':')[1].Trim()
        : RuntimeInformation.ProcessArchitecture.ToString();
