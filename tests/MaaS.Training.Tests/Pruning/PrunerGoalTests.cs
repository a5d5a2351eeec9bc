using MaaS.Training.Models;
using MaaS.Training.Pruning;
using MaaS.Training.Pruning.Criteria;
using MaaS.Training.Tests.Pruning.Nets;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Pruning;

[TestFixture]
public class PrunerGoalTests
{
    private DisposeScope _scope = null!;

    [SetUp]
    public void Open()
    {
        _scope = NewDisposeScope();
        manual_seed(1);
    }

    [TearDown]
    public void Close() => _scope.Dispose();

    [Test]
    public void Analyze_ConvNet_CountsParametersAndMacsAsByHand()
    {
        using var net = new ConvNet(1, 28, 28, classes: 10, filters: 32);
        var figures = new Pruner(net, randn([1, 1, 28, 28])).Analyze().Figures;
        Assert.That(figures.Parameters, Is.EqualTo((32 * 9) + 32 + (5408 * 10) + 10));
        Assert.That(figures.Macs, Is.EqualTo((26 * 26 * 32 * 9) + (5408 * 10)));
    }

    [Test]
    public void Analyze_DepthwiseNet_CountsMacsAsByHand()
    {
        using var net = new DepthwiseNet();
        var figures = new Pruner(net, randn([1, 3, 9, 9])).Analyze().Figures;
        Assert.That(figures.Macs, Is.EqualTo((81 * 8 * 27) + (81 * 8 * 9) + (81 * 12 * 8) + (12 * 5)));
    }

    [Test]
    public void Analyze_AttentionNet_CountsMacsAsByHand()
    {
        using var net = new AttentionNet();
        var figures = new Pruner(net, randint(0, 11, [1, 6], ScalarType.Int64)).Analyze().Figures;
        Assert.That(figures.Macs, Is.EqualTo((4 * 6 * 16 * 16) + (2 * 6 * 6 * 16) + (2 * 6 * 16 * 24) + (16 * 3)));
    }

    [TestCase(1, 0.5, ExpectedResult = 8)]
    [TestCase(1, 0.3, ExpectedResult = 12)]    // ⌊0.3·16⌋ = 4 go
    [TestCase(4, 0.4, ExpectedResult = 12)]    // 9.6 stay, rounded up to a multiple of 4
    [TestCase(8, 0.6, ExpectedResult = 8)]
    [TestCase(8, 0.95, ExpectedResult = 8)]
    public long Prune_Ratio_KeepsARoundedNumberOfUnits(int roundTo, double ratio)
    {
        using var net = new Mlp(6, 3, [16]);
        new Pruner(net, randn([2, 6]))
            .Prune(new ChannelPruningOptions { Goal = PruningGoal.Channels(ratio), RoundTo = roundTo });
        return net.state_dict()["layers.dense0.weight"].shape[0];
    }

    [Test]
    public void Prune_L1_RemovesTheUnitsOfLeastNormalisedNorm()
    {
        using var net = new Mlp(2, 2, [4]);
        using (no_grad())
        {
            // In and out norms: 1+1, 8+1, 3+1, 4+5; each divided by the mean of its weight (4 and 2).
            net.state_dict()["layers.dense0.weight"].copy_(
                tensor(new float[] { 1, 0, 4, -4, 1, -2, 2, 2 }).reshape(4, 2));
            net.state_dict()["layers.dense1.weight"].copy_(
                tensor(new float[] { 1, 0, -1, 2, 0, 1, 0, 3 }).reshape(2, 4));
        }

        new Pruner(net, randn([1, 2])).Prune(new ChannelPruningOptions { Criterion = new L1Criterion() });
        Assert.That(
            net.state_dict()["layers.dense0.weight"].data<float>().ToArray(), Is.EqualTo(new float[] { 4, -4, 2, 2 }));
        Assert.That(
            net.state_dict()["layers.dense1.weight"].data<float>().ToArray(), Is.EqualTo(new float[] { 0, 2, 1, 3 }));
    }

    [Test]
    public void Prune_BatchNorm_RemovesTheChannelsOfSmallestScaleAndLeavesGroupsWithoutNormAlone()
    {
        using var net = SmallNet.Randomized(new DepthwiseNet(), 1);
        using (no_grad())
        {
            net.norm1.weight.copy_(tensor(new float[] { 9, 9, -0.1f, 9, 9, 0.1f, 9, 9 }));
            net.norm2.weight.fill_(1);
        }

        var kept = net.conv.weight.index_select(0, tensor(new long[] { 0, 1, 3, 4, 6, 7 })).clone();
        new Pruner(net, randn([1, 3, 9, 9])).Prune(new ChannelPruningOptions
        {
            Criterion = new BatchNormCriterion(),
            Goal = PruningGoal.Channels(0.25),
            Ignore = ["pointwise"],
        });
        Assert.That(net.conv.weight.eq(kept).all().item<bool>());
        using var mlp = new Mlp(4, 2, [8]);
        new Pruner(mlp, randn([1, 4])).Prune(new ChannelPruningOptions { Criterion = new BatchNormCriterion() });
        Assert.That(mlp.state_dict()["layers.dense0.weight"].shape[0], Is.EqualTo(8));
    }

    [Test]
    public void Prune_Taylor_RemovesTheUnitsWhoseGradientTimesWeightIsLeast()
    {
        using var net = new Mlp(3, 2, [4]);
        var input = randn([8, 3]);
        var target = tensor(new long[] { 0, 1, 0, 1, 0, 1, 0, 1 }, [8]);
        var loss = nn.functional.cross_entropy(net.call(input), target);
        loss.backward();
        var state = net.state_dict();
        var first = (state["layers.dense0.weight"] * state["layers.dense0.weight"].grad!).abs().sum([1]);
        var second = (state["layers.dense1.weight"] * state["layers.dense1.weight"].grad!).abs().sum([0]);
        var scores = (first / first.mean()) + (second / second.mean());
        var (_, order) = scores.topk(2);
        var expected = state["layers.dense0.weight"].index_select(0, order.sort().Item1).clone();
        new Pruner(net, input).Prune(new ChannelPruningOptions
        {
            Criterion = new TaylorCriterion((_, _) => nn.functional.cross_entropy(net.call(input), target), batches: 1),
        });
        Assert.That(net.state_dict()["layers.dense0.weight"].allclose(expected));
    }

    [Test]
    public void Prune_Random_IsRepeatable()
    {
        float[] Run(int seed)
        {
            using var net = SmallNet.Randomized(new Mlp(6, 3, [16]), 4);
            new Pruner(net, randn([2, 6])).Prune(new ChannelPruningOptions { Criterion = new RandomCriterion(seed) });
            return net.state_dict()["layers.dense0.weight"].data<float>().ToArray();
        }

        var first = Run(1);
        Assert.That(Run(1), Is.EqualTo(first));
        Assert.That(first, Is.Not.EqualTo(Run(2)));
    }

    [Test]
    public void Prune_Global_TakesFromTheGroupThatMattersLess()
    {
        using var net = new Mlp(6, 3, [8, 8]);
        using (no_grad())
        {
            // Six units of the second hidden layer hardly matter; scores are relative to each group's mean.
            net.state_dict()["layers.dense0.weight"].fill_(1);
            net.state_dict()["layers.dense1.weight"].fill_(1);
            net.state_dict()["layers.dense1.weight"].narrow(0, 0, 6).fill_(0.001f);
            net.state_dict()["layers.dense2.weight"].fill_(1);
            net.state_dict()["layers.dense2.weight"].narrow(1, 0, 6).fill_(0.001f);
        }

        new Pruner(net, randn([2, 6]))
            .Prune(new ChannelPruningOptions { Scope = PruningScope.Global, Goal = PruningGoal.Channels(6.0 / 16) });
        Assert.That(net.state_dict()["layers.dense0.weight"].shape[0], Is.EqualTo(8));
        Assert.That(net.state_dict()["layers.dense1.weight"].shape[0], Is.EqualTo(2));
    }

    [TestCase(PruningScope.Local)]
    [TestCase(PruningScope.Global)]
    public void Prune_MacsGoal_ReachesItByTheSmallestStep(PruningScope scope)
    {
        using var net = SmallNet.Randomized(new ResNet(1, 4, width: 8), 1);
        var report = new Pruner(net, randn([1, 1, 16, 16]))
            .Prune(new ChannelPruningOptions { Scope = scope, Goal = PruningGoal.Macs(0.4) });
        Assert.That(
            report.Pruned.Macs,
            Is.LessThanOrEqualTo(0.4 * report.Before.Macs).And.GreaterThan(0.3 * report.Before.Macs));
        Assert.That(report.Pruned.Parameters, Is.EqualTo(net.parameters().Sum(p => p.numel())));
    }

    [Test]
    public void Prune_ParametersGoalInSteps_ReachesItAndCallsFineTuningAfterEach()
    {
        using var net = SmallNet.Randomized(new ResNet(1, 4, width: 8), 1);
        List<PruningStep> steps = [];
        var report = new Pruner(net, randn([1, 1, 16, 16])).Prune(
            new ChannelPruningOptions { Goal = PruningGoal.Parameters(0.25), Steps = 2, Evaluate = () => steps.Count },
            steps.Add);
        Assert.That(steps.Select(s => s.Number), Is.EqualTo(new[] { 1, 2 }));
        Assert.That(
            steps[0].Parameters,
            Is.LessThanOrEqualTo(0.5 * report.Before.Parameters).And.GreaterThan(0.4 * report.Before.Parameters));
        Assert.That(
            report.Pruned.Parameters,
            Is.LessThanOrEqualTo(0.25 * report.Before.Parameters).And.GreaterThan(0.2 * report.Before.Parameters));
        Assert.That((report.Before.Score, report.Pruned.Score, report.FineTuned!.Score), Is.EqualTo((0.0, 1.0, 2.0)));
    }

    [Test]
    public void Prune_ChannelsInSteps_EndsWhereOneStepEnds()
    {
        long Width(int steps)
        {
            using var net = new Mlp(6, 3, [40]);
            new Pruner(net, randn([2, 6]))
                .Prune(new ChannelPruningOptions { Goal = PruningGoal.Channels(0.7), Steps = steps });
            return net.state_dict()["layers.dense0.weight"].shape[0];
        }

        Assert.That((Width(1), Width(3)), Is.EqualTo((12L, 12L)));
    }

    [Test]
    public void Prune_LatencyGoal_RemovesChannelsThatCostTime()
    {
        using var net = new Mlp(512, 10, [1024, 1024]);
        var report = new Pruner(net, randn([64, 512]))
            .Prune(new ChannelPruningOptions { Goal = PruningGoal.Latency(0.4) });
        // Time follows the MACs of these matrix products roughly; the machine may be busy.
        Assert.That(report.Pruned.Macs, Is.LessThan(0.7 * report.Before.Macs));
    }

    [Test]
    public void Prune_UnreachableGoal_ThrowsAndLeavesTheModule()
    {
        using var net = new Mlp(6, 3, [16]);
        Assert.That(
            () =>
                new Pruner(net, randn([2, 6])).Prune(new ChannelPruningOptions { Goal = PruningGoal.Parameters(0.01) }),
            Throws.TypeOf<PruningException>().With.Message.Contains("no lower than"));
        Assert.That(net.state_dict()["layers.dense0.weight"].shape, Is.EqualTo(new long[] { 16, 6 }));
    }

    [TestCase(-0.1)]
    [TestCase(1.5)]
    [TestCase(double.NaN)]
    public void Channels_RatioOutside_Throws(double ratio)
        => Assert.That(() => PruningGoal.Channels(ratio), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void Channels_RatioOne_SaysThatTheLastChannelWouldGo()
        => Assert.That(
            () => PruningGoal.Channels(1),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("last channel"));

    [Test]
    public void Prune_BadOptions_NamesAllOfThem()
    {
        using var net = new Mlp(6, 3, [16]);
        var options = new ChannelPruningOptions
        {
            RoundTo = 0,
            MaxRatio = 1,
            Steps = 0,
            Ratios = new Dictionary<string, double> { ["layers"] = 2 },
        };
        Assert.That(
            () => new Pruner(net, randn([2, 6])).Prune(options),
            Throws.ArgumentException.With.Message.Contains("RoundTo").And.Message.Contains("MaxRatio")
                .And.Message.Contains("Steps")
                .And.Message.Contains("Ratios['layers']"));
    }

    [Test]
    public void Prune_UnknownLayer_Throws()
    {
        using var net = new Mlp(6, 3, [16]);
        Assert.That(
            () => new Pruner(net, randn([2, 6])).Prune(new ChannelPruningOptions { Ignore = ["conv9"] }),
            Throws.ArgumentException.With.Message.Contains("'conv9'").And.Message.Contains("layers.dense0"));
    }

    [Test]
    public void Prune_NaNWeights_ThrowsAndLeavesTheModule()
    {
        using var net = new Mlp(6, 3, [16]);
        using (no_grad())
        {
            net.state_dict()["layers.dense0.weight"].fill_(float.NaN);
        }

        Assert.That(
            () => new Pruner(net, randn([2, 6])).Prune(),
            Throws.TypeOf<PruningException>().With.Message.Contains("NaN"));
        Assert.That(net.state_dict()["layers.dense0.weight"].shape[0], Is.EqualTo(16));
    }

    [Test]
    public void Prune_IgnoredLayer_KeepsItsOutputsAndShrinksItsInputs()
    {
        using var net = new Mlp(6, 3, [16, 16]);
        new Pruner(net, randn([2, 6])).Prune(new ChannelPruningOptions { Ignore = ["layers.dense1"] });
        Assert.That(net.state_dict()["layers.dense1.weight"].shape, Is.EqualTo(new long[] { 16, 8 }));
    }
}
