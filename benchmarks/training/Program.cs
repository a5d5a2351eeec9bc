using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text.Json;
using MaaS.Benchmarks.Training;
using MaaS.Training;

// dotnet run -c Release --project benchmarks/training [-- ROUNDS [EPOCHS [DATA]]]
// Each round runs every implementation once, each in a process of its own, so that all meet the same neighbours.
if (args is ["run", var kind, var folder, var count])
{
    var precision = kind == "bf16" ? TrainingPrecision.Bf16 : TrainingPrecision.Fp32;
    Console.WriteLine(JsonSerializer.Serialize(
        MaasRun.Run(folder, int.Parse(count), Environment.ProcessorCount, seed: 0, precision)));
    return 0;
}

var rounds = args.Length > 0 ? int.Parse(args[0]) : 3;
var epochs = args.Length > 1 ? args[1] : "3";
var data = args.Length > 2 ? args[2] : "/usr/share/datasets/fashion-mnist";
var python = Environment.GetEnvironmentVariable("PYTHON") ?? "/usr/bin/python3";
var script = Path.Combine(AppContext.BaseDirectory, "pytorch_convnet.py");
var threads = $"{Environment.ProcessorCount}";
var self = Environment.ProcessPath!;
string[] host = Path.GetFileNameWithoutExtension(self) == "dotnet" ? [typeof(MaasRun).Assembly.Location] : [];

(string Name, string File, string[] Arguments)[] contenders =
[
    ("MaaS", self, [.. host, "run", "fp32", data, epochs]),
    ("PyTorch idiomatic", python, [script, "idiomatic", "--data", data, "--epochs", epochs, "--threads", threads]),
    ("PyTorch tuned", python, [script, "tuned", "--data", data, "--epochs", epochs, "--threads", threads]),
    ("MaaS bf16", self, [.. host, "run", "bf16", data, epochs]),
    ("PyTorch bf16", python, [script, "bf16", "--data", data, "--epochs", epochs, "--threads", threads]),
];

Console.WriteLine($"machine: {Cpu()}, {threads} cores, {RuntimeInformation.OSDescription}");
Console.WriteLine($"ConvNet on Fashion-MNIST, batch 128, Adam 1e-3, {epochs} epochs, {rounds} rounds; seconds an epoch: best, median");
var results = contenders.ToDictionary(static c => c.Name, static _ => new List<RunResult>());
for (var round = 0; round < rounds; round++)
{
    foreach (var (name, file, arguments) in contenders)
    {
        results[name].Add(Start(file, arguments));
        Console.Error.WriteLine($"round {round + 1}: {name} {results[name][^1].EpochSeconds.Min():0.00} s");
    }
}

foreach (var (name, runs) in results)
{
    var times = runs.SelectMany(static r => r.EpochSeconds).Order().ToArray();
    Console.WriteLine(
        $"{name,-18} {times[0],7:0.00} {times[times.Length / 2],7:0.00}  accuracy {runs.Average(static r => r.TestAccuracy):0.0000}"
        + $"  peak {runs.Max(static r => r.PeakMegabytes),5:0} MiB  ({runs[0].Version})");
}

foreach (var (ours, theirs) in new[]
{
    ("MaaS", "PyTorch idiomatic"), ("MaaS", "PyTorch tuned"), ("MaaS bf16", "PyTorch bf16"), ("MaaS", "PyTorch bf16"),
})
{
    Console.WriteLine($"{ours} is {Best(theirs) / Best(ours):0.0}× (best), {Median(theirs) / Median(ours):0.0}× (median) {theirs}");
}

return 0;

double Best(string name) => results[name].SelectMany(static r => r.EpochSeconds).Min();

double Median(string name)
{
    var times = results[name].SelectMany(static r => r.EpochSeconds).Order().ToArray();
    return times[times.Length / 2];
}

static RunResult Start(string file, string[] arguments)
{
    var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true };
    // MaaS sets these for itself; PyTorch gets them as well, as it would be several times slower without.
    start.Environment["OMP_WAIT_POLICY"] = "passive";
    start.Environment["OPENBLAS_CORETYPE"] = Avx512BW.IsSupported ? "SkylakeX" : "Haswell";
    using var process = Process.Start(start)!;
    var output = process.StandardOutput.ReadToEnd();
    process.WaitForExit();
    return process.ExitCode == 0
        ? JsonSerializer.Deserialize<RunResult>(output.Trim().Split('\n')[^1])!
        : throw new InvalidOperationException($"{file} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
}

static string Cpu()
    => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").First(static l => l.StartsWith("model name", StringComparison.Ordinal)).Split(':')[1].Trim()
        : RuntimeInformation.ProcessArchitecture.ToString();
