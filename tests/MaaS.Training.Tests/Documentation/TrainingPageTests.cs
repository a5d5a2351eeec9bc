using System.Runtime.CompilerServices;
using MaaS.Training.Data;
using MaaS.Training.Fitting;
using MaaS.Training.Fitting.Callbacks;
using MaaS.Training.Fitting.Tasks;
using MaaS.Training.Reports;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Documentation;

/// <summary>The examples of docs/training.md: the text between their marks stands in the page, and it runs.</summary>
internal sealed class TrainingPageTests
{
    // example
    // Pulls a sample towards another one of its kind and away from one of another kind (Schroff et al. 2015).
    private sealed class TripletTask : TrainingTask<nn.Module<Tensor, Tensor>, (Tensor Anchor, Tensor Same, Tensor Other)>
    {
        public override BatchLoss Loss(
            nn.Module<Tensor, Tensor> model, (Tensor Anchor, Tensor Same, Tensor Other) batch, IBatchMetrics metrics)
        {
            var (anchor, same, other) = (model.call(batch.Anchor), model.call(batch.Same), model.call(batch.Other));
            var margin = (anchor - same).pow(2).sum(1) - (anchor - other).pow(2).sum(1) + 1;                // (B)
            metrics.AddMean("right", margin.lt(1).sum(), tensor(margin.shape[0]));
            return BatchLoss.Mean(margin.clamp_min(0).mean(), margin.shape[0]);
        }
    }
    // end

    // example
    private sealed class GradientNoise(double scale) : TrainingCallback
    {
        public override void OnBeforeUpdate(TrainingContext context)
        {
            foreach (var gradient in context.Gradients.Values)
            {
                gradient.add_(randn_like(gradient), alpha: scale / Math.Sqrt(1 + context.Step));
            }
        }
    }
    // end

    [Test]
    public void Page_EveryExample_IsTheCodeThatRuns()
    {
        var page = File.ReadAllText(Page());
        var source = File.ReadAllText(Here());
        string[] examples = [.. source.Split("// example\n")[1..]
            .Select(static e => e[..e.IndexOf("// end\n", StringComparison.Ordinal)].TrimEnd())
            .Where(static e => e.Length < 2500)];
        Assert.That(examples, Has.Length.EqualTo(4));
        foreach (var example in examples)
        {
            var indent = new string(' ', example.Length - example.TrimStart().Length);
            Assert.That(
                page,
                Does.Contain(
                    $"```csharp\n{example.Replace("\n" + indent, "\n", StringComparison.Ordinal).TrimStart()}\n```"));
        }
    }

    [Test]
    public void Triplets_Run()
    {
        using var generator = manual_seed(1);
        using var net = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2));
        // Two kinds, told apart by the sign of their first number.
        var (near, far) = (randn(256, 4).abs(), -randn(256, 4).abs());
        var (anchor, same, other) = (near, near.roll(1, 0), far);

        // example
        // (N, 4) each
        var data = new TensorBatches<(Tensor Anchor, Tensor Same, Tensor Other)>((anchor, same, other));
        var result = new Trainer(new TrainerOptions { Epochs = 20, BatchSize = 32 }).Fit(net, new TripletTask(), data);
        Console.WriteLine(result.Epochs[^1].TrainMetrics["right"]);
        // end

        Assert.That(result.Epochs[^1].TrainMetrics["right"], Is.GreaterThan(0.95));
        Assert.That(result.Epochs[^1].TrainLoss, Is.LessThan(0.3 * result.Epochs[0].TrainLoss));
    }

    [Test]
    public void LongRun_Runs()
    {
        var folder = Directory.CreateTempSubdirectory("maas-page-").FullName;
        try
        {
            using var generator = manual_seed(1);
            using var net = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2));
            var task = new TripletTask();
            var train = new TensorBatches<(Tensor, Tensor, Tensor)>((randn(64, 4), randn(64, 4), randn(64, 4)));
            var (validation, checkpoints, events) = (
                train, Path.Combine(folder, "run"), Path.Combine(folder, "events"));

            // example
            var options = new TrainerOptions
            {
                Epochs = 3,
                BatchSize = 8,
                AccumulationSteps = 4,                                           // 32 samples an update
                LearningRate = 1e-3,
                WarmupShare = 0.1,
                Schedule = ScheduleKind.Cosine,
                ParameterRules =
                [
                    ParameterRule.NoDecayOnNormsAndBiases,
                    new ParameterRule { Names = "0", LearningRateFactor = 0.1, FrozenUntilEpoch = 2 },
                ],
                OptimizerFactory = groups => optim.RAdam(
                    groups.Select(
                        g => new RAdam.ParamGroup(g.Parameters, g.LearningRate, weight_decay: g.WeightDecay))),
                GradientClipNorm = 1,
                Monitor = "right",                                               // by the task: greater is better
                EarlyStoppingPatience = 2,
                Checkpoints = new CheckpointOptions(checkpoints) { EverySteps = 500, Every = TimeSpan.FromMinutes(10) },
                Resume = true,
                Callbacks = [new GradientNoise(0.01), new TensorBoardCallback(events)],
            };
            new Trainer(options).Fit(net, task, train, validation, new ConsoleProgress());
            // end

            Assert.That(Directory.EnumerateFiles(events, "events.out.tfevents.*").Count(), Is.EqualTo(1));
            Assert.That(File.Exists(Path.Combine(checkpoints, CheckpointOptions.BestFile)), Is.True);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Page()
        => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../../docs/training.md"));

    private static string Here([CallerFilePath] string path = "") => path;
}
