using MaaS.Tests;
using MaaS.Training.Fitting;
using MaaS.Training.Fitting.Callbacks;
using MaaS.Training.Fitting.Tasks;
using MaaS.Training.Reports;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Fitting;

/// <summary>Training of modules of any signature, with tasks of one's own.</summary>
internal sealed class FitTests
{
    private static readonly TrainerOptions Quick = new()
    {
        Epochs = 3,
        BatchSize = 8,
        LearningRate = 0.05,
        Schedule = ScheduleKind.Constant,
        Optimizer = OptimizerKind.Sgd,
        Device = "cpu",
        Threads = 1,
        Seed = 3,
    };

    // Two numbers in, their weighted sum out: y = 2a − b.
    internal sealed record Sample(Tensor A, Tensor B, Tensor Y);

    internal sealed class TwoInputs : nn.Module<Tensor, Tensor, Tensor>
    {
        private readonly Linear left = nn.Linear(1, 1);
        private readonly Linear right = nn.Linear(1, 1);

        public TwoInputs()
            : base(nameof(TwoInputs)) => RegisterComponents();

        public override Tensor forward(Tensor a, Tensor b) => left.call(a) + right.call(b);
    }

    internal sealed class SquaredError : TrainingTask<TwoInputs, Sample>
    {
        public override BatchLoss Loss(TwoInputs model, Sample batch, IBatchMetrics metrics)
        {
            var error = model.call(batch.A, batch.B) - batch.Y;
            using (no_grad())
            {
                metrics.AddMean("mae", error.abs().sum(), tensor((float)error.shape[0]));
            }

            metrics.Collect(error + batch.Y, batch.Y);
            return BatchLoss.Mean(error.pow(2).mean(), error.shape[0]);
        }

        public override bool GreaterIsBetter(string metric) => metric == "r2";

        public override IEnumerable<KeyValuePair<string, double>> EpochMetrics(Tensor outputs, Tensor targets)
        {
            using var scope = NewDisposeScope();
            yield return new(
                "r2", 1 - ((outputs - targets).pow(2).sum() / (targets - targets.mean()).pow(2).sum()).item<float>());
        }
    }

    internal static MemoryBatches<Sample> Sums(int count, bool countKnown = true) => new(count, positions =>
    {
        using var scope = NewDisposeScope();
        var i = tensor(Array.ConvertAll(positions, static p => (float)p)).reshape(-1, 1);
        var (a, b) = ((i * 0.7f).sin(), (i * 1.3f).cos());
        return new Sample(
            a.MoveToOuterDisposeScope(), b.MoveToOuterDisposeScope(), ((2 * a) - b).MoveToOuterDisposeScope());
    }, countKnown);

    internal static TwoInputs Model(int seed = 1)
    {
        using var generator = manual_seed(seed);
        return new TwoInputs();
    }

    internal static float[] Weights(nn.Module model)
        => [.. model.parameters().SelectMany(static p => p.data<float>().ToArray())];

    [Test]
    public void Fit_TwoInputsAndATaskOfOnesOwn_LearnsAndMeasures()
    {
        using var model = Model();
        var result = new Trainer(Quick with { Epochs = 20 }).Fit(model, new SquaredError(), Sums(64), Sums(20));
        var last = result.Epochs[^1];
        Assert.Multiple(() =>
        {
            Assert.That(last.ValidationMetrics.Keys, Is.EquivalentTo(new[] { "loss", "mae", "r2" }));
            Assert.That(last.ValidationMetrics["r2"], Is.GreaterThan(0.999));
            Assert.That(last.TrainMetrics.Keys, Is.EquivalentTo(new[] { "loss", "mae" }));
            Assert.That(last.TrainAccuracy, Is.NaN);
            Assert.That(last.ValidationAccuracy, Is.Null);
            Assert.That(last.ValidationLoss, Is.EqualTo(last.ValidationMetrics["loss"]));
            Assert.That(model.training, Is.False);
        });
    }

    [Test]
    public void Fit_AccumulatedBatches_SameWeightsAsOneBatchOfTheirSize()
    {
        using var accumulated = Model();
        using var whole = Model();
        new Trainer(Quick with { BatchSize = 4, AccumulationSteps = 3 }).Fit(accumulated, new SquaredError(), Sums(50));
        new Trainer(Quick with { BatchSize = 12 }).Fit(whole, new SquaredError(), Sums(50));
        Assert.That(Weights(accumulated), Is.EqualTo(Weights(whole)).Within(1e-5));
    }

    [Test]
    public void Fit_MoreEpochs_LeavesNoMoreTensors()
    {
        using var model = Model();
        long Growth(int epochs)
        {
            var before = LiveTensors.Settled();
            new Trainer(Quick with { Epochs = epochs, RestoreBest = true, AccumulationSteps = 2 })
                .Fit(model, new SquaredError(), Sums(64), Sums(20));
            return Tensor.TotalCount - before;
        }

        Growth(1);
        Assert.That(Growth(20), Is.EqualTo(Growth(1)));
    }

    [Test]
    public void Fit_SourceThatDoesNotKnowItsCount_TrainsWithAConstantRateAndOtherwiseSaysWhatIsMissing()
    {
        using var model = Model();
        var result = new Trainer(Quick).Fit(model, new SquaredError(), Sums(30, countKnown: false));
        Assert.That(result.Epochs, Has.Count.EqualTo(3));
        Assert.That(
            () => new Trainer(Quick with { Schedule = ScheduleKind.Cosine })
                .Fit(model, new SquaredError(), Sums(30, countKnown: false)),
            Throws.ArgumentException.With.Message.Contains("StepsPerEpoch"));
        Assert.That(
            () => new Trainer(Quick with { Schedule = ScheduleKind.Cosine, StepsPerEpoch = 2 })
                .Fit(model, new SquaredError(), Sums(30, countKnown: false)).Epochs[^1].LearningRate,
            Is.EqualTo(0.05 * (Math.Cos(Math.PI * 5 / 6) + 1) / 2).Within(1e-12));
    }

    [TestCase("r2", 20)]
    [TestCase("mae", 1)]
    public void Fit_MonitoredMetric_DecidesWhichEpochIsBest(string monitor, int expected)
    {
        // Against the task's own word, a greater error is called better: the first epoch wins then.
        using var model = Model();
        var result = new Trainer(
            Quick with { Epochs = 20, LearningRate = 0.01, Monitor = monitor, MonitorGreaterIsBetter = true })
            .Fit(model, new SquaredError(), Sums(64), Sums(20));
        Assert.That(result.BestEpoch, Is.EqualTo(expected));
    }

    [Test]
    public void Fit_UnknownMonitor_ListsTheMetrics()
    {
        using var model = Model();
        Assert.That(
            () => new Trainer(Quick with { Monitor = "f1" }).Fit(model, new SquaredError(), Sums(64), Sums(20)),
            Throws.ArgumentException.With.Message.Contains("loss, mae, r2").And.Message.Contains("'f1'"));
    }

    [Test]
    public void Fit_BatchTypeWithoutTensors_IsRefused()
    {
        using var model = nn.Linear(1, 1);
        Assert.That(
            () => new Trainer(Quick).Fit(model, new NoTensors(), new MemoryBatches<string>(4, static _ => "")),
            Throws.ArgumentException.With.Message.Contains("System.String").And.Message.Contains("holds none"));
    }

    [TestCase("vector", "scalars as sum and weight, got (8,1)")]
    [TestCase("detached", "depends on no trainable parameter")]
    [TestCase("weightless", "weights above 0")]
    public void Fit_LossThatCannotBeLearnedFrom_IsRefusedByName(string kind, string message)
    {
        using var model = Model();
        Assert.That(
            () => new Trainer(Quick).Fit(model, new Faulty(kind), Sums(64)),
            Throws.ArgumentException.With.Message.Contains(message));
    }

    [Test]
    public void Fit_LossNotANumber_NamesTheBatchAndKeepsIt()
    {
        using var model = Model();
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():n}.safetensors");
        var source = new MemoryBatches<Sample>(24, positions => new Sample(
            full([positions.Length, 1], positions.Contains(13) ? float.NaN : 1), zeros([positions.Length, 1]),
            ones([positions.Length, 1])));
        try
        {
            Assert.That(
                () => new Trainer(Quick with { FailedBatchPath = path }).Fit(model, new SquaredError(), source),
                Throws.InstanceOf<DivergedException>().With.Message.Contains("13").And.Message.Contains(path));
            using var file = MaaS.Core.Packages.SafeTensorsFile.Open(path);
            Assert.That(file.Entries.Select(static e => e.Name), Is.EquivalentTo(new[] { "A", "B", "Y" }));
            Assert.That(Weights(model), Has.None.NaN);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void Fit_EmptySources_AreRefusedByName()
    {
        using var model = Model();
        Assert.Multiple(() =>
        {
            Assert.That(
                () => new Trainer(Quick).Fit(model, new SquaredError(), Sums(0)),
                Throws.ArgumentException.With.Message.Contains("empty source"));
            Assert.That(
                () => new Trainer(Quick).Fit(model, new SquaredError(), Sums(0, countKnown: false)),
                Throws.InstanceOf<InvalidDataException>().With.Message.Contains("at least one batch"));
            Assert.That(
                () => new Trainer(Quick).Fit(model, new SquaredError(), Sums(8), Sums(0)),
                Throws.InstanceOf<InvalidDataException>().With.Message.Contains("Validation"));
        });
    }

    [Test]
    public void Fit_HalfPrecisionOnTheCpu_IsRefused()
    {
        using var model = Model();
        Assert.That(
            () =>
                new Trainer(Quick with { Precision = TrainingPrecision.Fp16 }).Fit(model, new SquaredError(), Sums(64)),
            Throws.ArgumentException.With.Message.Contains("CUDA"));
    }

    [Test]
    public void Fit_Bf16_LearnsAndLeavesFixedNumbersAsTheyWere()
    {
        using var model = new WithTable();
        var table = Weights(model.Table);
        var result = new Trainer(Quick with { Epochs = 20, Precision = TrainingPrecision.Bf16 })
            .Fit(model, new WithTableError(), Sums(64), Sums(20));
        Assert.Multiple(() =>
        {
            Assert.That(result.Epochs[^1].ValidationLoss, Is.LessThan(0.01));
            Assert.That(Weights(model.Table), Is.EqualTo(table));
            Assert.That(model.parameters().Select(static p => p.dtype), Is.All.EqualTo(ScalarType.Float32));
        });
    }

    [Test]
    public void Fit_ParametersThatShareOneGradient_AreUpdatedOnceEach()
    {
        // d(a + b) is the same tensor for a and b; scaling it in place would scale it twice.
        using var model = new SumOfTwo();
        new Trainer(Quick with { Epochs = 1, BatchSize = 4, LearningRate = 1, Momentum = 0, AccumulationSteps = 2 })
            .Fit(model, new SumLoss(), new MemoryBatches<Tensor>(8, static p => ones([p.Length])));
        Assert.That(Weights(model), Is.EqualTo(new float[] { -1, -1 }));
    }

    [Test]
    public void Fit_Callbacks_AreCalledInTheDocumentedOrder()
    {
        using var model = Model();
        var recorder = new Recorder();
        new Trainer(
            Quick with
            {
                Epochs = 1,
                Callbacks = [recorder],
                CheckpointPath = Path.Combine(
                Path.GetTempPath(), $"{Guid.NewGuid():n}.safetensors")
            })
            .Fit(model, new SquaredError(), Sums(16), Sums(8));
        Assert.That(recorder.Calls, Is.EqualTo(new[]
        {
            "run", "epoch 1", "step 0", "before 0 left.weight,left.bias,right.weight,right.bias", "after 0", "end 1",
            "step 1", "before 1 left.weight,left.bias,right.weight,right.bias", "after 1", "end 2",
            "validation", "validated r2", "epoch end", "saved", "run end",
        }));
    }

    [Test]
    public void Fit_CallbackThatStopsOrFails_EndsTheRun()
    {
        using var model = Model();
        var recorder = new Recorder { StopAt = 2 };
        var result = new Trainer(Quick with { Epochs = 5, Callbacks = [recorder] })
            .Fit(model, new SquaredError(), Sums(64));
        Assert.That(recorder.Calls.Count(static c => c.StartsWith("end", StringComparison.Ordinal)), Is.EqualTo(2));
        Assert.That(result.Epochs, Has.Count.EqualTo(1));

        var failing = new Recorder { FailAt = 1 };
        Assert.That(
            () => new Trainer(Quick with { Callbacks = [failing] }).Fit(model, new SquaredError(), Sums(64)),
            Throws.InvalidOperationException.With.Message.EqualTo("at 1"));
        Assert.That(failing.Calls[^1], Is.EqualTo("failed at 1"));
    }

    [Test]
    public void Evaluate_TrainedModel_GivesTheValidationMetricsOfItsLastEpoch()
    {
        using var model = Model();
        var trainer = new Trainer(Quick);
        var result = trainer.Fit(model, new SquaredError(), Sums(64), Sums(20));
        Assert.That(
            trainer.Evaluate(model, new SquaredError(), Sums(20)),
            Is.EquivalentTo(result.Epochs[^1].ValidationMetrics));
    }

    private sealed class Recorder : TrainingCallback
    {
        public List<string> Calls { get; } = [];

        public long StopAt { get; init; } = -1;

        public long FailAt { get; init; } = -1;

        public override void OnRunStart(TrainingContext context) => Calls.Add("run");

        public override void OnEpochStart(TrainingContext context) => Calls.Add($"epoch {context.Epoch}");

        public override void OnStepStart(TrainingContext context) => Calls.Add($"step {context.Step}");

        public override void OnBeforeUpdate(TrainingContext context)
            => Calls.Add($"before {context.Step} {string.Join(",", context.Gradients.Keys)}");

        public override void OnAfterUpdate(TrainingContext context) => Calls.Add($"after {context.Step}");

        public override void OnStepEnd(TrainingContext context)
        {
            Calls.Add($"end {context.Step}");
            if (context.Step == StopAt)
            {
                context.Stop();
            }

            if (context.Step == FailAt)
            {
                throw new InvalidOperationException($"at {context.Step}");
            }
        }

        public override void OnValidationStart(TrainingContext context) => Calls.Add("validation");

        public override void OnValidationEnd(TrainingContext context, EpochResult epoch)
            => Calls.Add($"validated {epoch.ValidationMetrics.Keys.LastOrDefault()}");

        public override void OnEpochEnd(TrainingContext context, EpochResult epoch) => Calls.Add("epoch end");

        public override void OnCheckpointSaved(TrainingContext context, string path)
        {
            Calls.Add("saved");
            File.Delete(path);
        }

        public override void OnRunEnd(TrainingContext context) => Calls.Add("run end");

        public override void OnFailure(
            TrainingContext context, Exception failure) => Calls.Add($"failed {failure.Message}");
    }

    private sealed class NoTensors : TrainingTask<Linear, string>
    {
        public override BatchLoss Loss(
            Linear model, string batch, IBatchMetrics metrics) => throw new NotSupportedException();
    }

    private sealed class Faulty(string kind) : TrainingTask<TwoInputs, Sample>
    {
        public override BatchLoss Loss(TwoInputs model, Sample batch, IBatchMetrics metrics)
        {
            var error = (model.call(batch.A, batch.B) - batch.Y).pow(2);
            return kind switch
            {
                "vector" => new BatchLoss(error, tensor(8f)),
                "detached" => new BatchLoss(error.sum().detach(), tensor(8f)),
                _ => new BatchLoss(error.sum(), tensor(0f)),
            };
        }
    }

    private sealed class WithTable : nn.Module<Tensor, Tensor, Tensor>
    {
        private readonly TwoInputs sum = Model();
        private readonly Linear table = nn.Linear(3, 5);

        public WithTable()
            : base(nameof(WithTable))
        {
            foreach (var parameter in table.parameters())
            {
                parameter.requires_grad = false;
            }

            RegisterComponents();
        }

        public Linear Table => table;

        public override Tensor forward(Tensor a, Tensor b) => sum.call(a, b);
    }

    private sealed class WithTableError : TrainingTask<WithTable, Sample>
    {
        public override BatchLoss Loss(WithTable model, Sample batch, IBatchMetrics metrics)
            => BatchLoss.Mean(
                (model.call(batch.A, batch.B).to(ScalarType.Float32) - batch.Y).pow(2).mean(), batch.Y.shape[0]);

        public override Sample Round(Sample batch, ScalarType type)
            => batch with { A = batch.A.to(type), B = batch.B.to(type) };
    }

    private sealed class SumOfTwo : nn.Module<Tensor, Tensor>
    {
        private readonly Parameter a = nn.Parameter(zeros(1));
        private readonly Parameter b = nn.Parameter(zeros(1));

        public SumOfTwo()
            : base(nameof(SumOfTwo)) => RegisterComponents();

        public override Tensor forward(Tensor input) => (a + b) * input;
    }

    private sealed class SumLoss : TrainingTask<SumOfTwo, Tensor>
    {
        public override BatchLoss Loss(SumOfTwo model, Tensor batch, IBatchMetrics metrics)
            => new(model.call(batch).sum(), tensor((float)batch.shape[0]));
    }
}
