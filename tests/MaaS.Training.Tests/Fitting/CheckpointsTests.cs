using System.Text.Json;
using MaaS.Core.Packages;
using MaaS.Training.Fitting;
using MaaS.Training.Fitting.Averages;
using MaaS.Training.Fitting.Callbacks;
using MaaS.Training.Interop;
using MaaS.Training.Reports;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Fitting;

/// <summary>Which checkpoints are written, which stay, and what a run goes on from.</summary>
internal sealed class CheckpointsTests
{
    private static readonly TrainerOptions Quick = new()
    {
        Epochs = 2,
        BatchSize = 8,
        LearningRate = 0.05,
        Schedule = ScheduleKind.Constant,
        Device = "cpu",
        Threads = 1,
        Seed = 3,
    };

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("maas-checkpoints-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    private string[] Files
        => [.. Directory.EnumerateFiles(_folder).Select(static f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    private static TrainingResult Fit(
        TrainerOptions options, int samples = 40, string fingerprint = "a",
        IProgress<TrainingProgress>? progress = null)
    {
        using var model = FitTests.Model();
        var source = new MemoryBatches<FitTests.Sample>(samples, p => FitTests.Sums(samples).Read(
            new(0, 1, p.Length, CPU, Shuffle: false), default).First().Value)
        { Fingerprint = fingerprint };
        return new Trainer(options).Fit(model, new FitTests.SquaredError(), source, progress: progress);
    }

    [Test]
    public void Fit_CheckpointsBySteps_KeepsTheNewestAndTheBest()
    {
        var saved = new List<string>();
        Fit(Quick with
        {
            Checkpoints = new CheckpointOptions(_folder) { EverySteps = 2, KeepLast = 2 },
            Callbacks = [new Saved(saved)],
        });
        Assert.Multiple(() =>
        {
            Assert.That(
                saved, Is.EqualTo(new[] { 2, 4, 5, 6, 8, 10, 10 }.Select(static s => $"step-{s:D9}.safetensors")));
            Assert.That(
                Files,
                Is.EqualTo(
                    new[] { ".lock", "best.safetensors", "step-000000008.safetensors", "step-000000010.safetensors" }));
        });
    }

    [Test]
    public void Fit_CheckpointsByTime_WritesAfterEachStepWhenTheTimeIsShort()
    {
        var saved = new List<string>();
        Fit(Quick with
        {
            Epochs = 1,
            Checkpoints = new CheckpointOptions(_folder)
            {
                Every = TimeSpan.FromTicks(1),
                EveryEpochs = null,
                KeepBest = false,
            },
            Callbacks = [new Saved(saved)],
        });
        Assert.That(
            saved.Distinct(), Is.EqualTo(Enumerable.Range(1, 5).Select(static s => $"step-{s:D9}.safetensors")));
    }

    [Test]
    public void Fit_ResumedWithOtherOptions_NamesThem()
    {
        var options = Quick with { Checkpoints = new CheckpointOptions(_folder) };
        Fit(options);
        Assert.That(
            () => Fit(options with { Resume = true, LearningRate = 0.01, GradientClipNorm = 1, BatchSize = 4 }),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("LearningRate is '0.01', was '0.05'")
                .And.Message.Contains("GradientClipNorm is '1', was 'none'")
                .And.Message.Contains("global batch is '4', was '8'")
                .And.Message.Not.Contains("Seed"));
    }

    [Test]
    public void Fit_ResumedWithAnotherDecayOfTheAverage_NamesIt()
    {
        var options = Quick with { Checkpoints = new CheckpointOptions(_folder) };
        using var slow = new ExponentialMovingAverage(0.9);
        Fit(options with { Callbacks = [slow] });
        using var quick = new ExponentialMovingAverage(0.5);
        Assert.That(
            () => Fit(options with { Resume = true, Callbacks = [quick] }),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("_decay 0.5")
                .And.Message.Contains("_decay 0.9"));
        using var same = new ExponentialMovingAverage(0.9);
        Assert.That(() => Fit(options with { Resume = true, Callbacks = [same] }), Throws.Nothing);
    }

    [Test]
    public void Fit_ResumedWithMoreEpochs_GoesOnWhereTheScheduleDoesNotCountThem()
    {
        var options = Quick with { Checkpoints = new CheckpointOptions(_folder) };
        Fit(options);
        Assert.That(Fit(options with { Resume = true, Epochs = 3 }).Epochs, Has.Count.EqualTo(3));
        Assert.That(
            () => Fit(options with { Resume = true, Epochs = 4, Schedule = ScheduleKind.Cosine }),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("Schedule is 'Cosine', was 'Constant'")
                .And.Message.Contains("updates is '20', was ''"));
    }

    [Test]
    public void Fit_ResumedOnOtherData_IsRefused()
    {
        var options = Quick with { Checkpoints = new CheckpointOptions(_folder) };
        Fit(options);
        Assert.That(
            () => Fit(options with { Resume = true }, fingerprint: "b"),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("other data"));
    }

    [Test]
    public void Fit_ResumedWithOtherThreads_GoesOnAndSaysThatBitsMayDiffer()
    {
        var options = Quick with { Checkpoints = new CheckpointOptions(_folder) };
        Fit(options);
        var result = Fit(options with { Resume = true, Epochs = 3, Threads = 2 });
        Assert.That(result.Warnings.Single(), Does.Contain("plan is 'cpu, 1 worker of 2 threads, float32'"));
    }

    [Test]
    public void Fit_AnotherRunOnTheFolder_IsRefusedUntilItEnds()
    {
        var options = Quick with { Checkpoints = new CheckpointOptions(_folder) };
        Fit(options with
        {
            Callbacks =
            [
                new Start(
                    () => Assert.That(
                        () => Fit(options),
                        Throws.InstanceOf<IOException>().With.Message.Contains("other run")
                            .And.Message.Contains(_folder))),
            ],
        });
        Assert.That(
            () => Fit(options),
            Throws.InstanceOf<IOException>().With.Message.Contains("expected a folder without checkpoints"),
            "a new run would take the old one's for its own");
        Assert.That(() => Fit(options with { Resume = true }), Throws.Nothing);
    }

    [Test]
    public void Fit_AnotherRunOnTheFile_IsRefusedAndTheLockDoesNotStay()
    {
        var options = Quick with { CheckpointPath = Path.Combine(_folder, "run.safetensors") };
        Fit(options with
        {
            Callbacks = [
            new Start(
                () => Assert.That(
                    () => Fit(options), Throws.InstanceOf<IOException>().With.Message.Contains("other run"))),
        ]
        });
        Assert.That(Files, Is.EqualTo(new[] { "run.safetensors" }));
    }

    [Test]
    public void Fit_DiskFullDuringACheckpoint_SaysSoGoesOnAndTriesAgain()
    {
        var folder = Path.Combine(_folder, "run");
        var warnings = new List<string>();
        var saved = new List<string>();
        var result = Fit(
            Quick with
            {
                Checkpoints = new CheckpointOptions(folder) { EverySteps = 4, EveryEpochs = null, KeepBest = false },
                Callbacks = [new Saved(saved), new FullAt(folder, 3, 5)],
            }, progress: new Report(p => warnings.AddRange(p.Warning is null ? [] : [p.Warning])));
        Assert.Multiple(() =>
        {
            Assert.That(result.Epochs, Has.Count.EqualTo(2));
            Assert.That(result.Warnings.Single(), Does.StartWith("the checkpoint of step 4 could not be written"));
            Assert.That(warnings, Is.EqualTo(result.Warnings));
            Assert.That(saved, Is.EqualTo(new[] { "step-000000008.safetensors", "step-000000010.safetensors" }));
        });
    }

    // A run that ends between the two files of a best epoch, as by a kill: the best one's copy is there, the step's
    // file is not. The other order would leave a run to resume whose best copy is of an older epoch.
    [Test]
    public void Fit_EndedBetweenTheFilesOfABestEpoch_ResumesToTheSameFiles()
    {
        var whole = Path.Combine(_folder, "whole");
        var ended = Path.Combine(_folder, "ended");
        Fit(Quick with { Checkpoints = new CheckpointOptions(whole) { EverySteps = 2 } });

        var options = Quick with { Checkpoints = new CheckpointOptions(ended) { EverySteps = 2 } };
        var inTheWay = Directory.CreateDirectory(Path.Combine(ended, "step-000000005.safetensors"));
        Assert.That(() => Fit(options with { Callbacks = [new EndAtWarning()] }), Throws.InvalidOperationException);
        Assert.That(Steps(Path.Combine(ended, CheckpointOptions.BestFile)), Is.EqualTo("5"));
        Assert.That(
            Directory.EnumerateFiles(ended, "step-*").Max(Path.GetFileName), Is.EqualTo("step-000000004.safetensors"));

        inTheWay.Delete();
        var result = Fit(options with { Resume = true });

        Assert.That(result.Epochs, Has.Count.EqualTo(2));
        foreach (var file in new[] { CheckpointOptions.BestFile, "step-000000010.safetensors" })
        {
            Assert.That(Steps(Path.Combine(ended, file)), Is.EqualTo(Steps(Path.Combine(whole, file))), file);
            Assert.That(Tensors(Path.Combine(ended, file)), Is.EqualTo(Tensors(Path.Combine(whole, file))), file);
        }
    }

    [Test]
    public void Fit_CheckpointWithinAnEpoch_HoldsWhatTheRunDependsOn()
    {
        Fit(Quick with
        {
            Epochs = 1,
            Optimizer = OptimizerKind.Adam,
            Checkpoints = new CheckpointOptions(_folder) { EverySteps = 2, KeepLast = 9 },
        });
        using var file = SafeTensorsFile.Open(Path.Combine(_folder, "step-000000002.safetensors"));
        Assert.Multiple(() =>
        {
            Assert.That(
                file.Entries.Select(static e => e.Name),
                Does.Contain("model.left.weight").And.Contain("optimizer.exp_avg.0")
                .And.Contain("optimizer.steps").And.Contain("random"));
            Assert.That(
                file.Metadata["position"],
                Does.Contain("\"samples\":16").And.Contain("\"steps\":2").And.Contain("\"mae\""));
            Assert.That(file.Metadata["data"], Is.EqualTo("a"));
        });
    }

    private static string Steps(string path)
    {
        using var file = SafeTensorsFile.Open(path);
        using var position = JsonDocument.Parse(file.Metadata["position"]);
        return position.RootElement.GetProperty("steps").ToString();
    }

    private static Dictionary<string, string> Tensors(string path)
    {
        using var file = SafeTensorsFile.Open(path);
        using var scope = NewDisposeScope();
        return file.Entries.ToDictionary(
            static e => e.Name, e => Convert.ToHexString(TensorValues.ToTensor(file[e.Name]).bytes));
    }

    private sealed class EndAtWarning : TrainingCallback
    {
        public override void OnWarning(TrainingContext context, string message)
            => throw new InvalidOperationException(message);
    }

    private sealed class Saved(List<string> paths) : TrainingCallback
    {
        public override void OnCheckpointSaved(
            TrainingContext context, string path) => paths.Add(Path.GetFileName(path));
    }

    private sealed class Start(Action run) : TrainingCallback
    {
        public override void OnRunStart(TrainingContext context) => run();
    }

    // The folder is a file for some steps: nothing can be written into it.
    private sealed class FullAt(string folder, long from, long to) : TrainingCallback
    {
        public override void OnStepEnd(TrainingContext context)
        {
            if (context.Step == from)
            {
                Directory.Move(folder, folder + ".away");
                File.WriteAllText(folder, "");
            }

            if (context.Step == to)
            {
                File.Delete(folder);
                Directory.Move(folder + ".away", folder);
            }
        }
    }

    private sealed class Report(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        void IProgress<TrainingProgress>.Report(TrainingProgress value) => report(value);
    }
}
