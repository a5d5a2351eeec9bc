using MaaS.Tests;
using MaaS.Training.Data;
using MaaS.Training.Fitting;
using MaaS.Training.Models;
using MaaS.Training.Reports;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Fitting;

internal sealed class TrainerTests
{
    private static readonly TrainerOptions Quick = new()
    {
        Epochs = 2,
        BatchSize = 32,
        LearningRate = 1e-3,
        Schedule = ScheduleKind.Constant,
        Device = "cpu",
        Threads = 2,
        Seed = 7,
    };

    // Two classes told apart by the half of the image that is bright.
    private static ImageDataset Halves(int count, int seed = 1)
    {
        var random = new Random(seed);
        var (images, labels) = (new byte[count * 64], new long[count]);
        for (var i = 0; i < count; i++)
        {
            labels[i] = i % 2;
            for (var p = 0; p < 64; p++)
            {
                var bright = (p % 8 < 4) == (labels[i] == 0);
                images[(i * 64) + p] = (byte)(random.Next(60) + (bright ? 120 : 0));
            }
        }

        return new ImageDataset(
            tensor(images, [count, 1, 8, 8], ScalarType.Byte), tensor(labels), ["left", "right"]);
    }

    private static nn.Module<Tensor, Tensor> Model(string name = "convnet", int seed = 3)
        => ModelCatalog.Create(name, [1, 8, 8], 2, seed);

    private static float[] Weights(nn.Module model)
        => [.. model.state_dict().Where(static e => e.Value.dtype == ScalarType.Float32)
            .SelectMany(static e => e.Value.data<float>().ToArray())];

    [TestCase("mlp")]
    [TestCase("convnet")]
    [TestCase("resnet")]
    public void Fit_SeparableClasses_LearnsThem(string name)
    {
        using var train = Halves(256);
        using var validation = Halves(64, seed: 2);
        using var model = Model(name);
        var result = new Trainer(Quick with { Epochs = 4, LearningRate = 5e-3 }).Fit(model, train, validation);
        Assert.Multiple(() =>
        {
            Assert.That(result.Epochs[^1].ValidationAccuracy, Is.GreaterThan(0.95));
            Assert.That(result.Epochs[^1].TrainLoss, Is.LessThan(result.Epochs[0].TrainLoss));
            Assert.That(model.training, Is.False);
        });
    }

    [TestCase("convnet", TrainingPrecision.Fp32)]
    [TestCase("resnet", TrainingPrecision.Fp32)]
    [TestCase("convnet", TrainingPrecision.Bf16)]
    public void Fit_SameSeedDeviceAndThreads_WeightsAreBitEqual(string name, TrainingPrecision precision)
    {
        using var train = Halves(100);
        float[] Run()
        {
            using var model = Model(name);
            new Trainer(Quick with { Precision = precision, Augmentation = new ShiftFlip(1) }).Fit(model, train);
            return Weights(model);
        }

        var first = Run();
        Assert.That(Run(), Is.EqualTo(first));
    }

    [Test]
    public void Fit_AnotherSeed_WeightsDiffer()
    {
        using var train = Halves(100);
        using var a = Model();
        using var b = Model();
        new Trainer(Quick).Fit(a, train);
        new Trainer(Quick with { Seed = 8 }).Fit(b, train);
        Assert.That(Weights(a), Is.Not.EqualTo(Weights(b)));
    }

    // TorchSharp 0.107 counts two tensors for each parameter that a layer makes or moves to another type. So the model
    // is made before the count, and in bfloat16 the count may grow by what moving it there and back in each epoch
    // costs, and not by steps.
    [TestCase("convnet", 2, TrainingPrecision.Fp32)]
    [TestCase("resnet", 0, TrainingPrecision.Fp32)]
    [TestCase("mlp", 1, TrainingPrecision.Bf16)]
    public void Fit_Done_NoTensorIsLeftAlive(string name, int workers, TrainingPrecision precision)
    {
        using var train = Halves(96);
        using var model = Model(name);
        Growth(1);   // What the first run leaves for good: settings, tables, workers.

        var growth = Growth(1);

        Assert.That(growth, Is.EqualTo(precision == TrainingPrecision.Fp32 ? 0 : 2 * model.parameters().Count()));
        Assert.That(Growth(4), Is.EqualTo(4 * growth));

        long Growth(int epochs)
        {
            var before = LiveTensors.Settled();
            new Trainer(Quick with
            {
                Epochs = epochs,
                Workers = workers,
                Precision = precision,
                ValidationFraction = 0.25,
                EarlyStoppingPatience = 5,
            }).Fit(model, train);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return Tensor.TotalCount - before;
        }
    }

    [Test]
    public void Fit_AHundredEpochs_NeitherTensorsNorMemoryGrow()
    {
        using var train = Halves(64);
        using var model = Model("mlp");
        var (tensors, memory) = (new List<long>(), new List<long>());
        var progress = new Callback(p =>
        {
            if (p.Completed is not null)
            {
                tensors.Add(Tensor.TotalCount);
                memory.Add(Environment.WorkingSet);
            }
        });
        LiveTensors.Settled();   // What earlier tests forgot does not fall out of the count meanwhile.
        new Trainer(Quick with { Epochs = 100 }).Fit(model, train, progress: progress);
        Assert.Multiple(() =>
        {
            Assert.That(tensors[20..], Is.All.EqualTo(tensors[20]));
            Assert.That(memory[99], Is.LessThan(memory[20] + (48L << 20)));
        });
    }

    [Test]
    public void Fit_ResumedFromACheckpoint_WeightsEqualTheUninterruptedRun()
    {
        using var train = Halves(100);
        using var whole = Model();
        using var half = Model();
        using var resumed = Model(seed: 99);
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():n}.safetensors");
        var options = Quick with { Epochs = 4, Schedule = ScheduleKind.Cosine, CheckpointPath = path };
        try
        {
            new Trainer(options).Fit(whole, train);
            File.Delete(path);
            using var stop = new CancellationTokenSource();
            var progress = new Callback(p =>
            {
                if (p.Completed is { Epoch: 2 })
                {
                    stop.Cancel();
                }
            });
            Assert.That(
                () => new Trainer(options).Fit(half, train, null, progress, stop.Token),
                Throws.InstanceOf<OperationCanceledException>());
            var result = new Trainer(options with { Resume = true }).Fit(resumed, train);
            Assert.Multiple(() =>
            {
                Assert.That(result.Epochs.Select(static e => e.Epoch), Is.EqualTo(new[] { 1, 2, 3, 4 }));
                Assert.That(Weights(resumed), Is.EqualTo(Weights(whole)));
            });
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void Fit_CheckpointOfAnotherModel_SaysWhatDoesNotFit()
    {
        using var train = Halves(64);
        using var convnet = Model();
        using var mlp = Model("mlp");
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():n}.safetensors");
        try
        {
            var options = Quick with { Epochs = 1, CheckpointPath = path, Resume = true };
            new Trainer(options).Fit(convnet, train);
            Assert.That(
                () => new Trainer(options).Fit(mlp, train),
                Throws.InstanceOf<InvalidDataException>().With.Message.Contains("layers.dense0"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    // The mlp overfits at this rate: its best epoch lies before the checkpoint that is resumed.
    [TestCase(false)]
    [TestCase(true)]
    public void Fit_ResumedWithEarlyStopping_StopsAndRestoresAsTheUninterruptedRun(bool alreadyStopped)
    {
        using var train = Halves(64);
        using var validation = Halves(64, seed: 5);
        using var whole = Model("mlp");
        using var resumed = Model("mlp", seed: 99);
        using var folder = new Folder();
        var options = Quick with
        {
            Epochs = 60,
            LearningRate = 0.5,
            EarlyStoppingPatience = 3,
            CheckpointPath = folder["new/run.safetensors"],
        };
        var expected = new Trainer(options).Fit(whole, train, validation);
        if (!alreadyStopped)
        {
            using var half = Model("mlp");
            File.Delete(options.CheckpointPath);
            new Trainer(options with { Epochs = expected.BestEpoch + 1 }).Fit(half, train, validation);
        }

        var result = new Trainer(options with { Resume = true }).Fit(resumed, train, validation);

        Assert.Multiple(() =>
        {
            Assert.That(expected.StoppedEarly, Is.True);
            Assert.That(result.StoppedEarly, Is.True);
            Assert.That(result.BestEpoch, Is.EqualTo(expected.BestEpoch));
            Assert.That(result.Epochs, Has.Count.EqualTo(expected.Epochs.Count));
            Assert.That(Weights(resumed), Is.EqualTo(Weights(whole)));
            Assert.That(resumed.training, Is.False);
        });
    }

    [Test]
    public void Fit_CheckpointOfAnotherOptimizer_SaysWhatDoesNotFitAndChangesNothing()
    {
        using var train = Halves(64);
        using var adam = Model();
        using var other = Model(seed: 4);
        using var folder = new Folder();
        var options = Quick with { Epochs = 1, CheckpointPath = folder["run.safetensors"] };
        new Trainer(options).Fit(adam, train);
        var before = Weights(other);

        Assert.That(
            () => new Trainer(options with { Optimizer = OptimizerKind.GradientDescent, Resume = true })
                .Fit(other, train),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("optimizer.exp_avg"));
        Assert.That(Weights(other), Is.EqualTo(before));
    }

    [Test]
    public void Fit_ValidationLossNotANumber_StillWritesTheCheckpoint()
    {
        using var train = Halves(64);
        using var validation = new NaNs(Halves(32));
        using var model = Model();
        using var folder = new Folder();
        var options = Quick with { Epochs = 1, CheckpointPath = folder["run.safetensors"] };

        new Trainer(options).Fit(model, train, validation);
        var resumed = new Trainer(options with { Resume = true }).Fit(model, train, validation);

        Assert.That(resumed.Epochs.Single().ValidationLoss, Is.NaN);
        Assert.That(resumed.BestEpoch, Is.Zero);
    }

    [Test]
    public void Fit_LearningRateFarTooHigh_ThrowsWithAdvice()
    {
        using var train = Halves(64);
        using var model = Model();
        Assert.That(
            () => new Trainer(Quick with { Epochs = 20, LearningRate = 1e30, Optimizer = OptimizerKind.Sgd })
                .Fit(model, train),
            Throws.InstanceOf<DivergedException>().With.Message.Contains("learning rate"));
    }

    [Test]
    public void Fit_ValidationLossStopsFalling_StopsAndRestoresTheBestWeights()
    {
        using var train = Halves(64);
        using var validation = Halves(64, seed: 5);
        using var model = Model("mlp");
        var result = new Trainer(Quick with { Epochs = 60, LearningRate = 0.5, EarlyStoppingPatience = 2 })
            .Fit(model, train, validation);
        var best = result.Epochs.MinBy(static e => e.ValidationLoss)!;
        var report = MaaS.Training.Evaluation.Evaluator.Evaluate(model, validation);
        Assert.Multiple(() =>
        {
            Assert.That(result.BestEpoch, Is.EqualTo(best.Epoch));
            Assert.That(result.StoppedEarly, Is.True);
            Assert.That(report.Loss, Is.EqualTo(best.ValidationLoss).Within(1e-6));
        });
    }

    [Test]
    public void Fit_WorkersOrMicroBatches_SameLossesAsOneWorker()
    {
        using var train = Halves(100);
        double[] Losses(int workers)
        {
            using var model = Model();
            return [
                .. new Trainer(Quick with { Workers = workers, Epochs = 3 }).Fit(model, train)
                    .Epochs.Select(static e => e.TrainLoss),
            ];
        }

        Assert.That(Losses(2), Is.EqualTo(Losses(1)).Within(1e-4));
    }

    [Test]
    public void Fit_Bf16_LeavesFloat32WeightsThatLearned()
    {
        using var train = Halves(256);
        using var model = Model();
        var result = new Trainer(Quick with { Epochs = 4, LearningRate = 5e-3, Precision = TrainingPrecision.Bf16 })
            .Fit(model, train);
        Assert.Multiple(() =>
        {
            Assert.That(model.parameters().Select(static p => p.dtype), Is.All.EqualTo(ScalarType.Float32));
            Assert.That(result.Epochs[^1].TrainAccuracy, Is.GreaterThan(0.95));
        });
    }

    [Test]
    public void Fit_Cancelled_ThrowsAndRestoresThreads()
    {
        using var train = Halves(64);
        using var model = Model();
        var threads = get_num_threads();
        Assert.That(
            () => new Trainer(Quick).Fit(model, train, cancellationToken: new CancellationToken(true)),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(get_num_threads(), Is.EqualTo(threads));
    }

    [TestCase(1)]
    [TestCase(2)]
    public void Fit_FewerLogitsThanClasses_SaysSo(int workers)
    {
        using var train = Halves(64);
        using var model = nn.Sequential(nn.Flatten(), nn.Linear(64, 1));
        Assert.That(
            () => new Trainer(Quick with { Workers = workers }).Fit(model, train),
            Throws.ArgumentException.With.Message.Contains("2 classes"));
    }

    [Test]
    public void Fit_PartOfFashionMnist_ReachesAUsefulAccuracy()
    {
        Assume.That(Directory.Exists("/usr/share/datasets/fashion-mnist"), "dataset-fashion-mnist is not installed");
        using var data = FashionMnist.Load("/usr/share/datasets/fashion-mnist");
        using var train = data.Train.Take(10_000);
        using var test = data.Test.Take(2_000);
        using var model = ModelCatalog.Create("convnet", train.InputShape, 10, seed: 1);
        new Trainer(new TrainerOptions { Epochs = 2, Device = "cpu" }).Fit(model, train);
        Assert.That(MaaS.Training.Evaluation.Evaluator.Evaluate(model, test).Accuracy, Is.GreaterThan(0.82));
    }

    [Test]
    public void Fit_EarlyStoppingWithoutValidation_Throws()
    {
        using var train = Halves(64);
        using var model = Model();
        Assert.That(
            () => new Trainer(Quick with { EarlyStoppingPatience = 1 }).Fit(model, train),
            Throws.ArgumentException.With.Message.Contains("validation"));
    }

    [Test]
    public void Constructor_SeveralValuesOutOfRange_NamesThemAll()
        => Assert.That(
            () => new Trainer(
                new TrainerOptions
                {
                    Epochs = 0,
                    LearningRate = -1,
                    LabelSmoothing = 1,
                    Device = "gpu",
                    Optimizer = (OptimizerKind)9,
                }),
            Throws.ArgumentException.With.Message.Contains("Device").And.Message.Contains("Optimizer")
                .And.Message.Contains("Epochs").And.Message.Contains("LearningRate")
                .And.Message.Contains("LabelSmoothing"));

    [Test]
    public void Resolve_CudaWithoutADevice_ThrowsInsteadOfFallingBack()
    {
        Assume.That(cuda.is_available(), Is.False);
        Assert.That(() => DeviceChoice.Resolve("cuda"), Throws.InvalidOperationException.With.Message.Contains("CUDA"));
    }

    [Test]
    public void Resolve_UnknownName_NamesTheChoices()
        => Assert.That(() => DeviceChoice.Resolve("gpu"), Throws.ArgumentException.With.Message.Contains("cuda:N"));

    private sealed class Folder : IDisposable
    {
        private readonly string _path = Directory.CreateTempSubdirectory("maas-trainer-").FullName;

        public string this[string name] => Path.Combine(_path, name);

        public void Dispose() => Directory.Delete(_path, recursive: true);
    }

    // Inputs that are no numbers.
    private sealed class NaNs(ImageDataset data) : IBatchSource, IDisposable
    {
        public long Count => data.Count;

        public IReadOnlyList<long> InputShape => data.InputShape;

        public IReadOnlyList<string> Classes => data.Classes;

        public (Tensor Inputs, Tensor Targets) GetBatch(Tensor indices, Device device)
        {
            var (inputs, targets) = data.GetBatch(indices, device);
            return (inputs.fill_(float.NaN), targets);
        }

        public void Dispose() => data.Dispose();
    }

    private sealed class Callback(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
