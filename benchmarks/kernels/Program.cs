// Every training kernel that MaaS wrote itself beside libtorch's operators in channels-last, in one process and in
// turns. A kernel that is not 1.3 times as fast goes. Run: dotnet run -c Release --project benchmarks/kernels [repeats
// = 51]
using System.Globalization;
using System.Runtime.InteropServices;
using MaaS.Benchmarks.Kernels;
using MaaS.Training.Fitting;
using MaaS.Training.Models;
using TorchSharp;
using static TorchSharp.torch;

const double Aim = 1.3;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var repeats = args.Length > 0 ? int.Parse(args[0]) : 51;
manual_seed(0);
var cores = Environment.ProcessorCount;
nn.Module convNet = ModelCatalog.Create("convnet", [1, 28, 28], 10);
nn.Module resNet = ModelCatalog.Create("resnet", [1, 28, 28], 10);
nn.Module transformer = ModelCatalog.Create("transformer", new(), 8000, 2, 256);

// Threads are those of the plan: ConvNet's workers have one each, ResNet and the Transformer have all in one worker.
Pair[] pairs =
[
    ConvolutionPairs.Create(64, 1, 28, 32),
    ConvolutionPairs.Create(128, 1, 28, 32),
    ConvolutionPairs.Create(64, 3, 32, 32),
    UpdatePairs.Create("ConvNet", convNet, OptimizerKind.Adam, 1),
    UpdatePairs.Create("ResNet", resNet, OptimizerKind.Adam, cores),
    UpdatePairs.Create("Transformer", transformer, OptimizerKind.Adam, cores),
];
Console.WriteLine(
    $"TorchSharp {typeof(torch).Assembly.GetName().Version!.ToString(3)}, {RuntimeInformation.FrameworkDescription}, "
        + $"{cores} cores; "
    + $"medians of {repeats} turns, ms a call");
Console.WriteLine($"| kernel | case | threads | MaaS | torch | ratio | ≥ {Aim} |");
Console.WriteLine("|---|---|---|---|---|---|---|");
foreach (var pair in pairs)
{
    var (ours, torch) = pair.Measure(repeats);
    Console.WriteLine(
        $"| {pair.Kernel} | {pair.Case} | {pair.Threads} | {ours:0.000} | {torch:0.000} | {torch / ours:0.0} | "
        + $"{(torch / ours >= Aim ? "yes" : "no")} |");
}
