using MaaS.Training.Checkpoints;
using MaaS.Training.Data;
using MaaS.Training.Fitting;
using MaaS.Training.Fitting.Callbacks;
using MaaS.Training.Fitting.Tasks;
using MaaS.Training.Models;
using MaaS.Training.Models.Transformers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Fitting.Resume;

/// <summary>Five kinds of run whose weights do not depend on where they were interrupted; 40 steps each.</summary>
internal static class ResumableRuns
{
    public const int StepsBetweenCheckpoints = 3;

    private const int Epochs = 4, Steps = 10;

    private static readonly TrainerOptions Options = new()
    {
        Epochs = Epochs,
        BatchSize = 16,
        LearningRate = 3e-3,
        Device = "cpu",
        Threads = 1,
        Seed = 11,
        Resume = true,
    };

    public static IReadOnlyList<string> Kinds { get; } = ["mlp", "convnet", "lstm", "transformer", "accumulation"];

    public static int TotalSteps => Epochs * Steps;

    /// <summary>Trains, from the newest checkpoint of a folder where there is one.</summary>
    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="folder">Gets a checkpoint every third step.</param>
    /// <param name="watcher">Sees the steps; null for nobody.</param>
    /// <returns>The model's weights and buffers, bit for bit.</returns>
    public static byte[] Train(string kind, string folder, TrainingCallback? watcher = null)
    {
        var options = Options with
        {
            Checkpoints = new CheckpointOptions(folder) { EverySteps = StepsBetweenCheckpoints, KeepLast = 2 },
            Callbacks = watcher is null ? [] : [watcher],
        };
        // Other weights at each start: a checkpoint must bring all of them.
        using var generator = manual_seed(Directory.Exists(folder) && Directory.EnumerateFiles(folder).Any() ? 99 : 5);
        switch (kind)
        {
            case "mlp":
                return Fit(ModelCatalog.Create("mlp", [1, 8, 8], 2, 1), options with { Threads = 2, Workers = 2 });
            case "convnet":
                return Fit(
                    ModelCatalog.Create("convnet", [1, 8, 8], 2, 1),
                    options with { Threads = 2, Augmentation = new ShiftFlip(2, true), RestoreBest = true });
            case "lstm":
                return Fit(new Recurrent(), options with { Optimizer = OptimizerKind.Sgd, GradientClipNorm = 1 });
            case "transformer":
                return Transformer(
                    options with { Optimizer = OptimizerKind.AdamW, WarmupSteps = 5, Schedule = ScheduleKind.Linear });
            default:
                return Fit(ModelCatalog.Create("mlp", [1, 8, 8], 2, 1), options with
                {
                    BatchSize = 8,
                    AccumulationSteps = 2,
                    OptimizerFactory = static groups => optim.RMSProp(groups[0].Parameters, 1e-3, momentum: 0.9),
                    SchedulerFactory = static (optimizer, length) =>
                        optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, length.TotalSteps),
                    Callbacks = [new MovingAverage(), .. options.Callbacks],
                });
        }
    }

    private static byte[] Fit(nn.Module<Tensor, Tensor> model, TrainerOptions options)
    {
        using (model)
        {
            using var data = Halves(Steps * 16, 1);
            using var validation = Halves(32, 2);
            new Trainer(options).Fit(model, data, validation);
            return Bits(model);
        }
    }

    private static byte[] Transformer(TrainerOptions options)
    {
        using var model = new TransformerClassifier(new TransformerClassifierOptions
        {
            Vocabulary = 20,
            Classes = 2,
            Encoder = new TransformerOptions { Width = 16, Layers = 2, Heads = 2, MaxLength = 12, Dropout = 0.2 },
        });
        new Trainer(options).Fit(model, new TokenTask(), new MemoryBatches<Tokens>(Steps * 16, Sequences));
        return Bits(model);
    }

    // Whether a sequence starts with a token of the upper half.
    private static Tokens Sequences(long[] rows)
    {
        using var scope = NewDisposeScope();
        var ids = tensor(
            Array.ConvertAll(
                [.. rows.SelectMany(static r => Enumerable.Range(0, 12).Select(t => ((r * 31) + (t * t * 7)) % 20))],
                static v => v))
            .reshape(rows.Length, 12);
        return new Tokens(
            ids.MoveToOuterDisposeScope(), ones_like(ids).MoveToOuterDisposeScope(),
            ids.select(1, 0).ge(10).to(ScalarType.Int64).MoveToOuterDisposeScope());
    }

    private static byte[] Bits(nn.Module model)
    {
        var path = Path.Combine(Path.GetTempPath(), $"maas-bits-{Guid.NewGuid():n}.safetensors");
        try
        {
            ModelWeights.Save(path, model);
            return File.ReadAllBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static ImageDataset Halves(int count, int seed)
    {
        var random = new Random(seed);
        var (images, labels) = (new byte[count * 64], new long[count]);
        for (var i = 0; i < count; i++)
        {
            labels[i] = i % 2;
            for (var p = 0; p < 64; p++)
            {
                images[(i * 64) + p] = (byte)(random.Next(60) + ((p % 8 < 4) == (labels[i] == 0) ? 60 : 0));
            }
        }

        return new ImageDataset(tensor(images, [count, 1, 8, 8], ScalarType.Byte), tensor(labels), ["left", "right"]);
    }

    private sealed record Tokens(Tensor Ids, Tensor Mask, Tensor Targets);

    private sealed class TokenTask : TrainingTask<TransformerClassifier, Tokens>
    {
        public override BatchLoss Loss(TransformerClassifier model, Tokens batch, IBatchMetrics metrics)
            => BatchLoss.Mean(
                nn.functional.cross_entropy(model.call(batch.Ids, batch.Mask), batch.Targets), batch.Targets.shape[0]);
    }

    private sealed class Recurrent : nn.Module<Tensor, Tensor>
    {
        private readonly LSTM lstm = nn.LSTM(8, 12, batchFirst: true);
        private readonly Dropout dropout = nn.Dropout(0.1);
        private readonly Linear head = nn.Linear(12, 2);

        public Recurrent()
            : base(nameof(Recurrent)) => RegisterComponents();

        // (B, 1, 8, 8) are eight steps of eight numbers.
        public override Tensor forward(Tensor input)
            => head.call(dropout.call(lstm.call(input.squeeze(1)).Item1.select(1, -1)));
    }

    /// <summary>The exponential average of the weights, which become the model's at the end.</summary>
    private sealed class MovingAverage : TrainingCallback, ICallbackState
    {
        private readonly Dictionary<string, Tensor> _averages = [];

        public string StateName => "ema";

        public override void OnRunStart(TrainingContext context)
        {
            foreach (var (name, weight) in context.Weights)
            {
                _averages[name] = weight.detach().clone().DetachFromDisposeScope();
            }
        }

        public override void OnAfterUpdate(TrainingContext context)
        {
            foreach (var (name, weight) in context.Weights)
            {
                _averages[name].mul_(0.9).add_(weight, alpha: 0.1);
            }
        }

        public override void OnRunEnd(TrainingContext context)
        {
            using var noGrad = no_grad();
            foreach (var (name, weight) in context.Weights)
            {
                weight.copy_(_averages[name]);
            }
        }

        public IReadOnlyDictionary<string, Tensor> SaveState() => _averages;

        public void LoadState(IReadOnlyDictionary<string, Tensor> state)
        {
            foreach (var (name, tensor) in state)
            {
                _averages[name].copy_(tensor);
            }
        }
    }
}
