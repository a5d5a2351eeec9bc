using MaaS.Training.Fitting;
using MaaS.Training.Fitting.Callbacks;
using MaaS.Training.Reports;

namespace MaaS.Training.Tests.Fitting;

/// <summary>Several processes, here threads, that train one model.</summary>
internal sealed class ProcessesTests
{
    private static readonly TrainerOptions Options = new()
    {
        Epochs = 3,
        BatchSize = 12,
        LearningRate = 0.02,
        Optimizer = OptimizerKind.AdamW,
        WeightDecay = 0.01,
        Schedule = ScheduleKind.Cosine,
        GradientClipNorm = 1,
        Device = "cpu",
        Threads = 1,
        Seed = 5,
    };

    private static (float[] Weights, TrainingResult Result)[] Train(int size, TrainerOptions options)
    {
        var results = new (float[], TrainingResult)[size];

        // Ranks start from other weights; those of rank 0 hold. All are drawn before the threads, which share one
        // generator, seed it.
        FitTests.TwoInputs[] models = [.. Enumerable.Range(1, size).Select(static seed => FitTests.Model(seed))];
        ThreadGroup.Run(size, group =>
        {
            using var model = models[group.Rank];
            var result = new Trainer(options with { Processes = group, BatchSize = options.BatchSize / size })
                .Fit(model, new FitTests.SquaredError(), FitTests.Sums(50), FitTests.Sums(17));
            results[group.Rank] = (FitTests.Weights(model), result);
        });
        return results;
    }

    private static (float[] Weights, TrainingResult Result) Alone(TrainerOptions options)
    {
        using var model = FitTests.Model();
        var result = new Trainer(options).Fit(model, new FitTests.SquaredError(), FitTests.Sums(50), FitTests.Sums(17));
        return (FitTests.Weights(model), result);
    }

    [TestCase(2, 1)]
    [TestCase(4, 1)]
    [TestCase(2, 3)]
    public void Fit_SameGlobalBatchOnSeveralProcesses_SameCurveAsOne(int size, int accumulation)
    {
        var options = Options with { AccumulationSteps = accumulation };
        var one = Alone(options);
        var several = Train(size, options);
        Assert.Multiple(() =>
        {
            foreach (var (weights, result) in several)
            {
                Assert.That(weights, Is.EqualTo(several[0].Weights), "every process has the same bits");
                Assert.That(weights, Is.EqualTo(one.Weights).Within(1e-5));
                Assert.That(
                    result.Epochs.Select(static e => e.TrainLoss),
                    Is.EqualTo(one.Result.Epochs.Select(static e => e.TrainLoss)).Within(1e-5));
                Assert.That(
                    result.Epochs[^1].ValidationMetrics["r2"],
                    Is.EqualTo(one.Result.Epochs[^1].ValidationMetrics["r2"]).Within(1e-5));
                Assert.That(
                    result.Epochs[^1].ValidationLoss, Is.EqualTo(one.Result.Epochs[^1].ValidationLoss).Within(1e-5));
            }
        });
    }

    [Test]
    public void Fit_EarlyStoppingOnSeveralProcesses_AllStopAfterTheSameEpoch()
    {
        var several = Train(
            3,
            Options with { Epochs = 50, LearningRate = 1, Optimizer = OptimizerKind.Sgd, EarlyStoppingPatience = 2 });
        Assert.That(several.Select(static r => r.Result.BestEpoch).Distinct().Count(), Is.EqualTo(1));
        Assert.That(several.Select(static r => r.Result.StoppedEarly), Is.All.True);
        Assert.That(several.Select(static r => r.Weights), Is.All.EqualTo(several[0].Weights));
    }

    [Test]
    public void Fit_StoppedOnTwoProcesses_GoesOnWithOneOrFour()
    {
        var folder = Directory.CreateTempSubdirectory("maas-group-").FullName;
        try
        {
            var options = Options with
            {
                Checkpoints = new CheckpointOptions(folder) { EverySteps = 1, KeepLast = 99 },
            };
            var whole = Train(2, options)[0].Weights;
            // The middle of the second of three epochs of five steps.
            foreach (var late in Directory.EnumerateFiles(folder, "step-*")
                .Where(static f => string.CompareOrdinal(Path.GetFileName(f), "step-000000007.safetensors") > 0))
            {
                File.Delete(late);
            }

            foreach (var size in new[] { 2, 4, 1 })
            {
                var copy = Directory.CreateDirectory(Path.Combine(folder, $"{size}")).FullName;
                File.Copy(
                    Path.Combine(folder, "step-000000007.safetensors"),
                    Path.Combine(copy, "step-000000007.safetensors"));
                var resumed = Train(
                    size, options with { Resume = true, Checkpoints = options.Checkpoints with { Folder = copy } });
                Assert.That(
                    resumed[0].Weights, size == 2 ? Is.EqualTo(whole) : Is.EqualTo(whole).Within(1e-5),
                    $"{size} processes");
                Assert.That(resumed[0].Result.Epochs, Has.Count.EqualTo(3));
                Assert.That(resumed[0].Result.Warnings.Count, Is.EqualTo(size == 2 ? 0 : 1));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void Fit_OneProcessCancelled_AllEnd()
    {
        using var stop = new CancellationTokenSource();
        var seen = new long[2];
        Assert.That(
            () => ThreadGroup.Run(2, group =>
            {
                using var model = FitTests.Model();
                new Trainer(
                    Options with
                    {
                        Processes = group,
                        Callbacks = [new StopAt(group.Rank == 1 ? stop : null, seen, group.Rank)],
                    }).Fit(
                    model, new FitTests.SquaredError(), FitTests.Sums(50),
                    cancellationToken: group.Rank == 1 ? stop.Token : default);
            }),
            Throws.InstanceOf<AggregateException>().With.Property("InnerExceptions")
                .All.InstanceOf<OperationCanceledException>());
        Assert.That(seen, Is.EqualTo(new long[] { 2, 2 }));
    }

    [Test]
    public void Fit_FilesAndProgress_AreThoseOfTheFirstProcess()
    {
        var folder = Directory.CreateTempSubdirectory("maas-group-").FullName;
        try
        {
            var reports = new int[2];
            ThreadGroup.Run(2, group =>
            {
                using var model = FitTests.Model();
                new Trainer(
                    Options with { Processes = group, CheckpointPath = Path.Combine(folder, "run.safetensors") }).Fit(
                    model, new FitTests.SquaredError(), FitTests.Sums(50),
                    progress: new Count(() => reports[group.Rank]++));
            });
            Assert.That(reports[0], Is.GreaterThanOrEqualTo(3));
            Assert.That(reports[1], Is.Zero);
            Assert.That(
                Directory.EnumerateFiles(folder).Select(Path.GetFileName), Is.EqualTo(new[] { "run.safetensors" }));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private sealed class Count(Action report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report();
    }

    private sealed class StopAt(CancellationTokenSource? source, long[] seen, int rank) : TrainingCallback
    {
        public override void OnStepEnd(TrainingContext context)
        {
            seen[rank] = context.Step;
            if (context.Step == 2)
            {
                source?.Cancel();
            }
        }
    }
}
