using MaaS.Training.Fitting;
using MaaS.Training.Fitting.Callbacks;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace MaaS.Training.Tests.Fitting;

/// <summary>Optimizers and schedulers of TorchSharp's, parameter rules, clipping.</summary>
internal sealed class OptimizersTests
{
    private static readonly TrainerOptions Quick = new()
    {
        Epochs = 4,
        BatchSize = 8,
        LearningRate = 0.01,
        Schedule = ScheduleKind.Constant,
        Device = "cpu",
        Threads = 1,
        Seed = 3,
    };

    private static readonly Dictionary<string, Func<IEnumerable<Parameter>, Optimizer>> Optimizers = new()
    {
        ["SGD"] = static p => SGD(p, 0.01, momentum: 0.9),
        ["Adam"] = static p => Adam(p, 0.01, amsgrad: true),
        ["AdamW"] = static p => AdamW(p, 0.01),
        ["RMSProp"] = static p => RMSProp(p, 0.01, momentum: 0.5, centered: true),
        ["Adagrad"] = static p => Adagrad(p, 0.01),
        ["Adadelta"] = static p => Adadelta(p, 0.5),
        ["Adamax"] = static p => Adamax(p, 0.01),
        ["NAdam"] = static p => NAdam(p, 0.01),
        ["RAdam"] = static p => RAdam(p, 0.01),
        ["Rprop"] = static p => Rprop(p, 0.01),
        ["ASGD"] = static p => ASGD(p, 0.01),
    };

    private static IEnumerable<string> Names => Optimizers.Keys;

    private static float[] Fit(TrainerOptions options)
    {
        using var model = FitTests.Model();
        new Trainer(options).Fit(model, new FitTests.SquaredError(), FitTests.Sums(40));
        return FitTests.Weights(model);
    }

    // The loop that TorchSharp's own examples have.
    private static float[] Own(Func<IEnumerable<Parameter>, Optimizer> make)
    {
        using var model = FitTests.Model();
        using var optimizer = make(model.parameters());
        var source = FitTests.Sums(40);
        for (var epoch = 1; epoch <= Quick.Epochs; epoch++)
        {
            foreach (var batch in source.Read(new(Quick.Seed, epoch, Quick.BatchSize, CPU), default))
            {
                using var scope = NewDisposeScope();
                optimizer.zero_grad();
                (model.call(batch.Value.A, batch.Value.B) - batch.Value.Y).pow(2).mean().backward();
                optimizer.step();
            }
        }

        return FitTests.Weights(model);
    }

    [TestCaseSource(nameof(Names))]
    public void Fit_OptimizerOfTorchSharps_SameWeightsAsALoopOfOnesOwn(string name)
        => Assert.That(
            Fit(Quick with { OptimizerFactory = groups => Optimizers[name](groups[0].Parameters) }),
            Is.EqualTo(Own(Optimizers[name])).Within(1e-5));

    [TestCaseSource(nameof(Names))]
    public void Fit_OptimizerOfTorchSharpsResumed_WeightsEqualTheUninterruptedRun(string name)
    {
        var folder = Directory.CreateTempSubdirectory("maas-optimizer-").FullName;
        try
        {
            var options = Quick with
            {
                OptimizerFactory = groups => Optimizers[name](groups[0].Parameters),
                Checkpoints = new CheckpointOptions(folder)
                {
                    EverySteps = 7,
                    EveryEpochs = null,
                    KeepLast = 1,
                    KeepBest = false,
                },
            };
            var whole = Fit(options);
            foreach (var file in Directory.EnumerateFiles(folder))
            {
                File.Delete(file);
            }

            Assert.That(() => Fit(options with { Callbacks = [new FailAt(16)] }), Throws.InvalidOperationException);
            Assert.That(
                Directory.EnumerateFiles(folder, "step-*").Select(Path.GetFileName),
                Is.EqualTo(new[] { "step-000000014.safetensors" }));
            Assert.That(Fit(options with { Resume = true }), Is.EqualTo(whole));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void Fit_OptimizerWhoseStateNoFileHolds_IsRefusedWithCheckpointsAlone()
    {
        var options = Quick with { OptimizerFactory = static groups => new Stateless(groups[0].Parameters) };
        Assert.That(() => Fit(options), Throws.Nothing);
        Assert.That(
            () => Fit(
                options with { CheckpointPath = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.safetensors") }),
            Throws.ArgumentException.With.Message.Contains(nameof(Stateless)).And.Message.Contains("native memory"));
    }

    [Test]
    public void Fit_SchedulerOfTorchSharps_SetsTheRates()
    {
        var rates = new List<double>();
        Fit(Quick with
        {
            Epochs = 3,
            OptimizerFactory = static groups => SGD(groups[0].Parameters, groups[0].LearningRate),
            SchedulerFactory = static (optimizer, _) => lr_scheduler.StepLR(optimizer, 2, 0.1),
            SchedulerUnit = SchedulerUnit.Epoch,
            Callbacks = [new Rates(rates)],
        });
        Assert.That(rates, Is.EqualTo(Enumerable.Repeat(0.01, 10).Concat(Enumerable.Repeat(0.001, 5))).Within(1e-9));
    }

    [Test]
    public void Fit_RulesForParameters_GroupsHaveTheirRatesAndDecays()
    {
        IReadOnlyList<ParameterGroup>? made = null;
        Fit(Quick with
        {
            WeightDecay = 0.1,
            ParameterRules = [
                ParameterRule.NoDecayOnNormsAndBiases, .. ParameterRule.LayerWise(["left", "right"], 0.5),
            ],
            OptimizerFactory = groups =>
            {
                made = groups;
                return AdamW(
                    groups.Select(
                        static g => new AdamW.ParamGroup(g.Parameters, g.LearningRate, weight_decay: g.WeightDecay)));
            },
        });
        Assert.That(
            made!.Select(static g => (string.Join(",", g.Names), g.LearningRate, g.WeightDecay)),
            Is.EquivalentTo(new[]
            {
                ("left.weight", 0.005, 0.1), ("left.bias", 0.005, 0), ("right.weight", 0.01, 0.1),
                ("right.bias", 0.01, 0),
            }));
    }

    [Test]
    public void Fit_BuiltInOptimizerUnderRules_SameAsTorchSharpsWithGroups()
    {
        var rules = Quick with
        {
            WeightDecay = 0.1,
            Optimizer = OptimizerKind.AdamW,
            ParameterRules = [
                ParameterRule.NoDecayOnNormsAndBiases, new ParameterRule { Names = "left.*", LearningRateFactor = 0.1 },
            ],
        };
        var torch = rules with
        {
            OptimizerFactory = static groups => AdamW(
                groups.Select(
                    static g => new AdamW.ParamGroup(g.Parameters, g.LearningRate, weight_decay: g.WeightDecay))),
        };
        Assert.That(Fit(rules), Is.EqualTo(Fit(torch)).Within(1e-5));
    }

    [Test]
    public void Fit_FrozenUntilAnEpoch_StaysAndThenLearnsAsIfFresh()
    {
        var seen = new List<float>();
        using var model = FitTests.Model();
        var start = FitTests.Weights(model)[0];
        new Trainer(Quick with
        {
            Optimizer = OptimizerKind.Adam,
            ParameterRules = [new ParameterRule { Names = "left", FrozenUntilEpoch = 3 }],
            Callbacks = [new Watch(c => seen.Add(c.Weights["left.weight"].item<float>()))],
        }).Fit(model, new FitTests.SquaredError(), FitTests.Sums(40));
        Assert.That(seen[..10], Is.All.EqualTo(start));
        // Adam's first step is the learning rate, if the moments are corrected for one step and not for eleven.
        Assert.That(Math.Abs(seen[10] - start), Is.EqualTo(0.01).Within(1e-5));
        Assert.That(model.parameters().Select(static p => p.requires_grad), Is.All.True);
    }

    [Test]
    public void Fit_RuleThatFitsNothing_ListsTheParameters()
        => Assert.That(
            () => Fit(
                Quick with { ParameterRules = [new ParameterRule { Names = "encoder.*", LearningRateFactor = 2 }] }),
            Throws.ArgumentException.With.Message.Contains("'encoder.*'").And.Message.Contains("left.weight"));

    [Test]
    public void Fit_ClippedByValueAndNorm_GradientsAreWithinTheLimits()
    {
        var (largest, norms) = (new List<double>(), new List<double>());
        Fit(Quick with
        {
            GradientClipValue = 0.3,
            GradientClipNorm = 0.4,
            Callbacks =
            [
                new Before(c =>
                {
                    largest.Add(c.Gradients.Values.Max(static g => (double)g.abs().max().item<float>()));
                    norms.Add(Math.Sqrt(c.Gradients.Values.Sum(static g => g.pow(2).sum().item<float>())));
                }),
            ],
        });
        Assert.That(largest, Is.All.LessThanOrEqualTo(0.3 + 1e-6));
        Assert.That(norms, Is.All.LessThanOrEqualTo(0.4 + 1e-6));
        Assert.That(norms.Max(), Is.GreaterThan(0.39), "the limit is reached");
    }

    [Test]
    public void Fit_WarmUp_RisesInAStraightLine()
    {
        var rates = new List<double>();
        Fit(Quick with { Epochs = 1, WarmupSteps = 3, Callbacks = [new Rates(rates)] });
        Assert.That(rates, Is.EqualTo(new[] { 0.0025, 0.005, 0.0075, 0.01, 0.01 }).Within(1e-12));
        rates.Clear();
        Fit(Quick with
        {
            Epochs = 2,
            WarmupShare = 0.2,
            Schedule = ScheduleKind.Linear,
            Callbacks = [
            new Rates(rates),
        ]
        });
        Assert.That(rates[2], Is.EqualTo(0.01).Within(1e-12));
        Assert.That(rates[^1], Is.EqualTo(0.01 / 8).Within(1e-12));
    }

    private sealed class Rates(List<double> rates) : TrainingCallback
    {
        public override void OnStepEnd(TrainingContext context) => rates.Add(context.LearningRate);
    }

    private sealed class Watch(Action<TrainingContext> look) : TrainingCallback
    {
        public override void OnStepEnd(TrainingContext context) => look(context);
    }

    private sealed class Before(Action<TrainingContext> look) : TrainingCallback
    {
        public override void OnBeforeUpdate(TrainingContext context)
        {
            using var scope = NewDisposeScope();
            look(context);
        }
    }

    private sealed class FailAt(long step) : TrainingCallback
    {
        public override void OnStepEnd(TrainingContext context)
        {
            if (context.Step == step)
            {
                throw new InvalidOperationException("failed");
            }
        }
    }

    // An optimizer that is none of TorchSharp's managed ones.
    private sealed class Stateless(IReadOnlyList<Parameter> weights) : Optimizer(IntPtr.Zero)
    {
        public override IEnumerable<ILearningRateController> ParamGroups => [];

        public override Tensor step(Func<Tensor>? closure = null)
        {
            using var noGrad = no_grad();
            foreach (var weight in weights)
            {
                weight.add_(weight.grad!, alpha: -0.01);
            }

            return null!;
        }
    }
}
