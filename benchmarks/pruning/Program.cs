using System.Runtime.InteropServices;
using MaaS.Benchmarks.Pruning;
using MaaS.Training.Data;
using MaaS.Training.Evaluation;
using MaaS.Training.Fitting;
using MaaS.Training.Pruning;
using static TorchSharp.torch;

// dotnet run -c Release --project benchmarks/pruning [-- EPOCHS [DATA [ROUNDS]]]
// Trains one network on MNIST digits; measures it as it is, with half its weights zero, and with half its channels
// removed.
var epochs = args.Length > 0 ? int.Parse(args[0]) : 4;
var folder = args.Length > 1 ? args[1] : null;
var rounds = args.Length > 2 ? int.Parse(args[2]) : 20;
var threads = Environment.ProcessorCount;

using var data = Mnist.Load(folder);
manual_seed(0);
using var net = new VggNet();
double Accuracy() => Evaluator.Evaluate(net, data.Test).Accuracy;
TrainerOptions Options(double rate) => new() { Epochs = epochs, LearningRate = rate, Schedule = ScheduleKind.OneCycle };

new Trainer(Options(3e-3)).Fit(net, data.Train);
List<Contender> contenders = [];
using (var trained = new Snapshot(net))
{
    // The full network gets the epochs that the pruned ones are fine-tuned for.
    new Trainer(Options(2e-3)).Fit(net, data.Train);
    contenders.Add(new Contender("full", net, Accuracy(), threads));
    trained.Restore();
    using var masks = MagnitudePruner.Prune(net);
    new Trainer(Options(2e-3) with { Hooks = [masks] }).Fit(net, data.Train);
    contenders.Add(new Contender("half the weights zero", net, Accuracy(), threads));
    trained.Restore();
}

var pruner = new Pruner(net, zeros(1, 1, 28, 28));
var report = pruner.Prune(
    new ChannelPruningOptions { Goal = PruningGoal.Channels(0.5), RoundTo = 8, Evaluate = Accuracy },
    new Trainer(Options(2e-3)), data.Train);
contenders.Add(new Contender("half the channels gone", net, report.Final.Score!.Value, threads));

int[] batches = [1, 32];
for (var round = 0; round < rounds; round++)
{
    foreach (var batch in batches)
    {
        foreach (var contender in contenders)
        {
            contender.Measure(batch);
        }
    }
}

var cpu = File.Exists("/proc/cpuinfo")
    ? File.ReadLines("/proc/cpuinfo").First(static l => l.StartsWith("model name", StringComparison.Ordinal))
        .Split(':')[1].Trim()
    : RuntimeInformation.ProcessArchitecture.ToString();
Console.WriteLine(
    $"machine: {cpu}, {threads} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");
Console.WriteLine(
    $"VGG-style net on {data.Train.Count} digits, {epochs} epochs and as many again (fine-tuning of the pruned ones); "
        + $"ONNX Runtime, {rounds} rounds in turns; ms: best, median");
Console.WriteLine($"{"",-24}{"parameters",12}{"bytes",12}{"accuracy",10}{"batch 1",18}{"batch 32",18}");
foreach (var c in contenders)
{
    var ((best1, median1), (best32, median32)) = (c.Milliseconds(1), c.Milliseconds(32));
    Console.WriteLine(
        $"{c.Name,-24}{c.Parameters,12:n0}{c.Bytes,12:n0}{c.Accuracy,10:p2}{best1,10:f3}{median1,8:f3}{best32,10:f2}{median32,8:f2}");
}

var (before, after) = (contenders[0], contenders[^1]);
Console.WriteLine(
    $"channels: {before.Milliseconds(1).Best / after.Milliseconds(1).Best:f2}x at batch 1, "
    + $"{before.Milliseconds(32).Best / after.Milliseconds(32).Best:f2}x at batch 32, "
    + $"{100 * (before.Accuracy - after.Accuracy):f2} points lost, {(double)before.Bytes / after.Bytes:f2}x smaller");
contenders.ForEach(static c => c.Dispose());
