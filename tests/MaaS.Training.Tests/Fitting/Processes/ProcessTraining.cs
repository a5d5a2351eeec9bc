using System.Diagnostics;
using System.Globalization;
using MaaS.Training.Data;
using MaaS.Training.Fitting;
using MaaS.Training.Fitting.Callbacks;
using MaaS.Training.Fitting.Processes;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Fitting.Processes;

/// <summary>The runs of the trainer that are compared between numbers of processes.</summary>
internal static class ProcessTraining
{
    public const string Plain = "plain";
    public const string Clipped = "clipped";
    public const string Accumulated = "accumulated";
    public const string BatchNorm = "batch-norm";
    public const string Stopping = "stopping";
    public const string Broken = "broken";
    public const string Killed = "killed";

    /// <summary>Trains and writes the loss of every step, the epochs' metrics and a hash of the weights.</summary>
    /// <param name="processes">Those that train.</param>
    /// <param name="kind">One of the names above.</param>
    /// <param name="batchSize">Of each process.</param>
    /// <param name="folder">Of checkpoints, from which the run resumes; null for none.</param>
    public static void Run(IProcessGroup processes, string kind, int batchSize, string? folder)
    {
        // The trainer gives all of them the weights of the first. A bias before batch norm has a gradient of rounding
        // errors alone, of which Adam makes steps.
        _ = random.manual_seed(5 + processes.Rank);
        using var model = kind == BatchNorm
            ? nn.Sequential(nn.Linear(8, 32, hasBias: false), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 3))
            : nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 3));
        var losses = new StepLosses(processes.Rank == 1 ? kind : Plain);
        var result = new Trainer(new TrainerOptions
        {
            Epochs = 3,
            BatchSize = batchSize,
            LearningRate = 0.01,
            Device = "cpu",
            Seed = 7,
            GradientClipNorm = kind == Clipped ? 0.5 : null,
            AccumulationSteps = kind == Accumulated ? 2 : 1,
            SynchronizeBatchNorm = kind == BatchNorm,
            EarlyStoppingPatience = kind == Stopping ? 1 : null,
            Checkpoints = folder is null ? null : new CheckpointOptions(folder) { EverySteps = 3 },
            Resume = folder is not null,
            Processes = processes,
            Callbacks = [losses],
        }).Fit(model, new Points(kind == BatchNorm ? 240 : 250, 1), new Points(90, 2));
        ProcessParts.Say(string.Join(' ', losses.Values.Select(Text)));
        ProcessParts.Say(string.Join(' ', result.Epochs.SelectMany(static e => new[]
        {
            Text(e.TrainLoss), Text(e.TrainAccuracy), Text(e.ValidationLoss!.Value), Text(e.ValidationAccuracy!.Value),
        })));
        ProcessParts.Say(
            ProcessParts.Hash<float>([.. model.state_dict().Values.Where(static t => t.is_floating_point())
                .SelectMany(static t => t.data<float>().ToArray())]));
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private sealed class StepLosses(string kind) : TrainingCallback
    {
        public List<double> Values { get; } = [];

        public override void OnStepEnd(TrainingContext context)
        {
            Values.Add(context.Loss);
            if (kind == Broken && Values.Count == 4)
            {
                throw new InvalidDataException("the fourth batch cannot be read");
            }

            if (kind == Killed && Values.Count == 8)
            {
                using var process = Process.GetCurrentProcess();
                process.Kill();   // SIGKILL
            }
        }
    }

    private sealed class Points : IBatchSource
    {
        private readonly Tensor _inputs;
        private readonly Tensor _targets;

        public Points(long count, int seed)
        {
            using var generator = new Generator((ulong)seed);
            _inputs = randn([count, 8], generator: generator);
            _targets = _inputs.narrow(1, 0, 3).argmax(1);
            Count = count;
        }

        public long Count { get; }

        public IReadOnlyList<long> InputShape { get; } = [8];

        public IReadOnlyList<string> Classes { get; } = ["a", "b", "c"];

        public (Tensor Inputs, Tensor Targets) GetBatch(Tensor indices, Device device)
            => (_inputs.index_select(0, indices), _targets.index_select(0, indices));
    }
}
