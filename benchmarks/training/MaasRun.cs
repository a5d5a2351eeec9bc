using System.Globalization;
using System.Runtime.InteropServices;
using MaaS.Training;
using MaaS.Training.Data;
using MaaS.Training.Evaluation;
using MaaS.Training.Models;

namespace MaaS.Benchmarks.Training;

/// <summary>MaaS's side: an ordinary <see cref="Trainer"/>, no special code.</summary>
internal static class MaasRun
{
    public static RunResult Run(string data, int epochs, int threads, int seed, TrainingPrecision precision)
    {
        using var sets = FashionMnist.Load(data);
        using var model = ModelCatalog.Create("convnet", sets.Train.InputShape, sets.Train.Classes.Count, seed);
        var result = new Trainer(new TrainerOptions
        {
            Epochs = epochs,
            BatchSize = 128,
            Optimizer = OptimizerKind.Adam,
            LearningRate = 1e-3,
            Schedule = ScheduleKind.Constant,
            Threads = threads,
            Seed = seed,
            Device = "cpu",
            Precision = precision,
        }).Fit(model, sets.Train);
        var report = Evaluator.Evaluate(model, sets.Test);
        return new RunResult(
            precision == TrainingPrecision.Fp32 ? "MaaS" : "MaaS bf16",
            $"{RuntimeInformation.FrameworkDescription}, {result.Plan}",
            [.. result.Epochs.Select(static e => e.Seconds)],
            report.Accuracy,
            PeakMegabytes());
    }

    private static double PeakMegabytes()
    {
        var line = File.ReadLines("/proc/self/status").First(static l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
