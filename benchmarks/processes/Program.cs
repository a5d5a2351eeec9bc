// What several processes give: run.sh starts this with one, two and four of them. The global batch is always the same,
// so the losses must be, too. NETWORK IMAGES EPOCHS THREADS, as: resnet 6000 3 1; or exchange MEGABYTES: what a sum
// costs that nothing hides.
using System.Diagnostics;
using System.Globalization;
using MaaS.Training.Data;
using MaaS.Training.Fitting;
using MaaS.Training.Fitting.Processes;
using MaaS.Training.Models;
using MaaS.Training.Startup;

const int GlobalBatch = 128;
const int Rounds = 20;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
using var processes = ProcessGroup.FromEnvironment();
if (args is ["exchange", var size])
{
    var values = new float[int.Parse(size) * 250_000];
    processes.Sum(values);
    var started = Stopwatch.GetTimestamp();
    for (var i = 0; i < Rounds; i++)
    {
        processes.Sum(values);
    }

    if (processes.Rank == 0)
    {
        var milliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds / Rounds;
        Console.WriteLine($"{processes.Size} processes: {size} MB in {milliseconds:0.0} ms");
    }

    return 0;
}

if (args is not [var network, var images, var epochs, var threads])
{
    Console.Error.WriteLine($"expected NETWORK IMAGES EPOCHS THREADS, got {args.Length} arguments");
    return 2;
}

TorchRuntime.Ensure();
using var data = FashionMnist.Load(Environment.GetEnvironmentVariable("MAAS_DATA") is { Length: > 0 } folder
    ? Path.Combine(folder, "fashion-mnist") : null);
using var model = ModelCatalog.Create(network, data.Train.InputShape, data.Train.Classes.Count, seed: 1);
var result = new Trainer(new TrainerOptions
{
    Epochs = int.Parse(epochs),
    StepsPerEpoch = int.Parse(images) / GlobalBatch,
    BatchSize = GlobalBatch / processes.Size,
    Threads = int.Parse(threads),
    LearningRate = 1e-3,
    Schedule = ScheduleKind.Constant,
    Device = "cpu",
    Seed = 1,
    Processes = processes,
}).Fit(model, data.Train);

if (processes.Rank == 0)
{
    // The first epoch warms up.
    var seconds = result.Epochs.Skip(1).Min(static e => e.Seconds);
    Console.WriteLine(
        $"{processes.Size} x {threads} threads, {result.Plan}: "
        + $"{int.Parse(images) / GlobalBatch * GlobalBatch / seconds:0} images/s, "
        + $"{model.parameters().Sum(static p => p.numel()):n0} parameters; losses "
        + string.Join(' ', result.Epochs.Select(static e => $"{e.TrainLoss:0.0000000}")));
}

return 0;
