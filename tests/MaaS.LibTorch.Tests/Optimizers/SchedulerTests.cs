using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;
using static TorchSharp.torch.optim.lr_scheduler;

namespace MaaS.LibTorch.Tests.Optimizers;

/// <summary>Twelve epochs of every scheduler against PyTorch: learning rates and, where they move, momenta.</summary>
public class SchedulerTests
{
    private static readonly double[] Metrics = [1.0, 0.9, 0.91, 0.905, 0.899995, 0.95, 0.97, 0.99, 0.5, 0.6, 0.6, 0.6];

    private static readonly Lazy<Dictionary<string, double[][]>> Fixtures =
        new(() => Fixture.Read<Dictionary<string, double[][]>>("Optimizers/Fixtures/schedulers.json"));

    private static readonly Dictionary<string, Func<Optimizer, LRScheduler>> Schedulers = new()
    {
        ["LambdaLR"] = o => LambdaLR(o, e => Math.Pow(0.9, e)),
        ["MultiplicativeLR"] = o => MultiplicativeLR(o, e => 1 - (0.05 * e)),
        ["StepLR"] = o => StepLR(o, 3, 0.4),
        ["MultiStepLR"] = o => MultiStepLR(o, [2, 5, 5, 9], 0.5),
        ["ExponentialLR"] = o => ExponentialLR(o, 0.8),
        ["ConstantLR"] = o => ConstantLR(o, 0.25, 4),
        ["LinearLR"] = o => LinearLR(o, 0.2, 0.9, 6),
        ["PolynomialLR"] = o => PolynomialLR(o, 7, 1.5),
        ["CosineAnnealingLR"] = o => CosineAnnealingLR(o, 5, 0.01),
        ["OneCycleLR"] = o => OneCycleLR(o, 0.8, total_steps: 12),
        ["OneCycleLR_linear_three_phases"] = o => OneCycleLR(o, 0.8, epochs: 3, steps_per_epoch: 4, pct_start: 0.4,
            anneal_strategy: impl.OneCycleLR.AnnealStrategy.Linear, three_phase: true),
        ["CyclicLR"] = o => CyclicLR(o, 0.1, 0.7, step_size_up: 3, step_size_down: 2),
        ["CyclicLR_triangular2"] = o => CyclicLR(o, 0.1, 0.7, step_size_up: 2, mode: impl.CyclicLR.Mode.Triangular2),
        ["CyclicLR_exp_range"] = o => CyclicLR(o, 0.1, 0.7, step_size_up: 2, mode: impl.CyclicLR.Mode.ExpRange, gamma: 0.9, cycle_momentum: false),
        ["ReduceLROnPlateau"] = o => ReduceLROnPlateau(o, factor: 0.3, patience: 1, cooldown: 1, min_lr: [0.02]),
        ["ReduceLROnPlateau_max_abs"] = o => ReduceLROnPlateau(o, "max", patience: 2, threshold: 0.05, threshold_mode: "abs"),
        ["SequentialLR"] = o => SequentialLR(o, [LinearLR(o, 0.1, 1.0, 3), CosineAnnealingLR(o, 6), ExponentialLR(o, 0.7)], [3, 8]),
        ["ChainedLR"] = o => ChainedLR([ConstantLR(o, 0.2, 4), ExponentialLR(o, 0.9)]),
    };

    private static IEnumerable<string> Names => Schedulers.Keys;

    [TestCaseSource(nameof(Names))]
    public void Step_TwelveTimes_EqualsPyTorch(string name)
    {
        using var scope = NewDisposeScope();
        Parameter[] parameters = [nn.Parameter(zeros(1))];
        using OptimizerHelper optimizer = name.Contains("three_phases", StringComparison.Ordinal) ? Adam(parameters, 0.5) : SGD(parameters, 0.5, momentum: 0.9);
        var scheduler = Schedulers[name](optimizer);
        foreach (var (expected, metric) in Fixtures.Value[name].Zip(Metrics))
        {
            var group = optimizer.ParamGroups.Single();
            Assert.That(group.LearningRate, Is.EqualTo(expected[0]).Within(1e-12 + (1e-9 * Math.Abs(expected[0]))));
            if (expected.Length > 1) Assert.That(group is IBetas b ? b.Betas.Item1 : ((IMomentum)group).Momentum, Is.EqualTo(expected[1]).Within(1e-9));
            optimizer.step();
            if (scheduler is impl.ReduceLROnPlateau) scheduler.step(metric);
            else scheduler.step();
        }
    }

    [Test]
    public void Cases_InBothLanguages_AreTheSame() => Assert.That(Schedulers.Keys, Is.EquivalentTo(Fixtures.Value.Keys));

    [Test]
    public void Step_ToAnEpoch_UsesTheClosedForm()
    {
        using var scope = NewDisposeScope();
        using var optimizer = SGD([nn.Parameter(zeros(1))], 0.5);
        var scheduler = StepLR(optimizer, 3, 0.1);
        scheduler.step(7);
        Assert.That(scheduler.get_last_lr().Single(), Is.EqualTo(0.005).Within(1e-12));
    }

    // By hand: 0.5, halved every epoch by one part and tenth from epoch 0 to 2 by the other.
    [Test]
    public void ChainedLR_AfterASteppedEpoch_KnowsItsRates()
    {
        using var scope = NewDisposeScope();
        using var optimizer = SGD([nn.Parameter(zeros(1))], 0.5);
        var chained = ChainedLR([ConstantLR(optimizer, 0.1, 2), ExponentialLR(optimizer, 0.5)]);
        chained.step();
        Assert.That(chained.get_last_lr().Single(), Is.EqualTo(0.025).Within(1e-12));
        chained.step(3);
        Assert.That(chained.get_last_lr().Single(), Is.EqualTo(0.0625).Within(1e-12));   // The last part's closed form.
    }

    [Test]
    public void SequentialLR_OfAChain_StartsTheChainAtEpochZero()
    {
        using var scope = NewDisposeScope();
        using var optimizer = SGD([nn.Parameter(zeros(1))], 0.5);
        var sequence = SequentialLR(optimizer, [ChainedLR([ExponentialLR(optimizer, 0.5)]), ConstantLR(optimizer, 0.2, 9)], [2]);
        var rates = new List<double>();
        for (var epoch = 0; epoch < 4; epoch++)
        {
            rates.Add(optimizer.ParamGroups.Single().LearningRate);
            sequence.step();
        }
        Assert.That(rates, Is.EqualTo(new[] { 0.5, 0.25, 0.1, 0.1 }).Within(1e-12));
    }

    [Test]
    public void ChainedLR_SchedulersOfTwoOptimizers_Throws()
    {
        using var scope = NewDisposeScope();
        using var one = SGD([nn.Parameter(zeros(1))], 0.5);
        using var other = SGD([nn.Parameter(zeros(1))], 0.5);
        Assert.That(() => ChainedLR([StepLR(one, 1), StepLR(other, 1)]), Throws.ArgumentException);
        Assert.That(() => ChainedLR([]), Throws.ArgumentException);
    }

    // PyTorch divides by zero in both; here the rates are those of the closed form.
    [Test]
    public void OneCycleLR_RiseOfNoLength_StartsAtTheTop()
    {
        using var scope = NewDisposeScope();
        using var optimizer = SGD([nn.Parameter(zeros(1))], 0.5, momentum: 0.9);
        var scheduler = OneCycleLR(optimizer, 1.0, total_steps: 10, pct_start: 0.1);
        Assert.That(optimizer.ParamGroups.Single().LearningRate, Is.EqualTo(1.0));
        for (var step = 0; step < 9; step++) scheduler.step();
        Assert.That(optimizer.ParamGroups.Single().LearningRate, Is.EqualTo(4e-6).Within(1e-12));
    }

    [Test]
    public void ConstantLR_FactorZero_ReturnsToTheInitialRate()
    {
        using var scope = NewDisposeScope();
        using var optimizer = SGD([nn.Parameter(zeros(1))], 0.5);
        var scheduler = ConstantLR(optimizer, 0, 2);
        Assert.That(optimizer.ParamGroups.Single().LearningRate, Is.Zero);
        for (var epoch = 0; epoch < 3; epoch++) scheduler.step();
        Assert.That(optimizer.ParamGroups.Single().LearningRate, Is.EqualTo(0.5));
    }

    [Test]
    public void ReduceLROnPlateau_StepWithoutMetric_Throws()
    {
        using var scope = NewDisposeScope();
        using var optimizer = SGD([nn.Parameter(zeros(1))], 0.5);
        Assert.That(() => ReduceLROnPlateau(optimizer).step(), Throws.InvalidOperationException);
    }
}
