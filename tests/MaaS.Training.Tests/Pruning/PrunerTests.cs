using MaaS.Training.Models;
using MaaS.Training.Pruning;
using MaaS.Training.Pruning.Criteria;
using MaaS.Training.Tests.Pruning.Nets;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Pruning;

[TestFixture]
public class PrunerTests
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
    public void Prune_ConvNet_EqualsNetworkThatIgnoresTheChannels()
    {
        using var net = PruningOracle.Check(
            () => new ConvNet(1, 12, 12, classes: 4, filters: 6), randn([3, 1, 12, 12]), [("conv", [1, 4])],
            reference => PruningOracle.Zero(
                reference.state_dict()["dense.weight"], 1, [.. Features(1, 25), .. Features(4, 25)]));
        Assert.That(Shape(net, "conv.weight"), Is.EqualTo(new long[] { 4, 1, 3, 3 }));
        Assert.That(Shape(net, "dense.weight"), Is.EqualTo(new long[] { 4, 100 }));
    }

    [Test]
    public void Prune_Mlp_EqualsNetworkThatIgnoresTheUnits()
    {
        using var net = PruningOracle.Check(
            () => new Mlp(20, 4, [10, 7]), randn([5, 20]), [("layers.dense0", [0, 9]), ("layers.dense1", [3])],
            reference =>
            {
                PruningOracle.Zero(reference.state_dict()["layers.dense1.weight"], 1, 0, 9);
                PruningOracle.Zero(reference.state_dict()["layers.dense2.weight"], 1, 3);
            });
        Assert.That(Shape(net, "layers.dense1.weight"), Is.EqualTo(new long[] { 6, 8 }));
    }

    [Test]
    public void Prune_ResNet_EqualsNetworkThatIgnoresTheChannels()
    {
        using var net = PruningOracle.Check(
            () => new ResNet(1, 4, width: 4), randn([2, 1, 16, 16]),
            [("conv", [2]), ("stages.0_0.conv1", [0, 1]), ("stages.1_0.conv2", [5, 6]), ("stages.2_0.conv2", [0, 15])],
            reference =>
            {
                var weights = reference.state_dict();
                PruningOracle.Zero(weights["stages.0_0.conv1.weight"], 1, 2);
                PruningOracle.Zero(weights["stages.1_0.conv1.weight"], 1, 2);
                PruningOracle.Zero(weights["stages.1_0.shortcut.conv.weight"], 1, 2);
                PruningOracle.Zero(weights["stages.0_0.conv2.weight"], 1, 0, 1);
                PruningOracle.Zero(weights["stages.2_0.conv1.weight"], 1, 5, 6);
                PruningOracle.Zero(weights["stages.2_0.shortcut.conv.weight"], 1, 5, 6);
                PruningOracle.Zero(weights["dense.weight"], 1, 0, 15);
            });
        Assert.That(Shape(net, "stages.0_0.norm2.running_mean"), Is.EqualTo(new long[] { 3 }));
    }

    [Test]
    public void Prune_DepthwiseNet_EqualsNetworkThatIgnoresTheChannels()
    {
        using var net = PruningOracle.Check(
            () => new DepthwiseNet(), randn([2, 3, 9, 9]), [("conv", [0, 7, 3]), ("pointwise", [11])],
            reference =>
            {
                PruningOracle.Zero(reference.pointwise.weight, 1, 0, 7, 3);
                PruningOracle.Zero(reference.dense.weight, 1, 11);
            });
        Assert.That(net.depthwise.weight.shape, Is.EqualTo(new long[] { 5, 1, 3, 3 }));
        Assert.That(
            (net.depthwise.groups, net.depthwise.in_channels, net.depthwise.out_channels), Is.EqualTo((5L, 5L, 5L)));
    }

    [Test]
    public void Prune_UNet_EqualsNetworkThatIgnoresTheChannels()
    {
        using var net = PruningOracle.Check(
            () => new UNet(), randn([2, 1, 8, 8]), [("down", [1]), ("bottom", [0, 2]), ("up", [5])],
            reference =>
            {
                PruningOracle.Zero(reference.bottom.weight, 1, 1);
                PruningOracle.Zero(reference.up.weight, 0, 0, 2);
                PruningOracle.Zero(reference.head.weight, 1, 1, 4 + 5);
            });
        Assert.That(net.up.weight.shape, Is.EqualTo(new long[] { 6, 5, 2, 2 }));
        Assert.That((net.up.in_channels, net.up.out_channels, net.head.in_channels), Is.EqualTo((6L, 5L, 8L)));
    }

    [Test]
    public void Prune_AttentionHeads_EqualsNetworkThatIgnoresTheHeads()
    {
        using var net = PruningOracle.Check(
            () => new AttentionNet(), randint(0, 11, [2, 6], ScalarType.Int64), [("query", [1]), ("up", [3, 20])],
            reference =>
            {
                PruningOracle.Zero(reference.output.weight, 1, Features(1, (int)AttentionNet.HeadDim));
                PruningOracle.Zero(reference.down.weight, 1, 3, 20);
            });
        Assert.That(net.key.weight.shape, Is.EqualTo(new long[] { 12, 16 }));
        Assert.That(net.output.weight.shape, Is.EqualTo(new long[] { 16, 12 }));
    }

    [Test]
    public void Prune_GroupedConvolution_RemovesTheSameChannelOfEveryGroup()
    {
        using var net = PruningOracle.Check(
            () => new GroupedNet(), randn([2, 2, 6, 6]), [("conv", [3]), ("grouped", [0])],
            reference =>
            {
                PruningOracle.Zero(reference.grouped.weight, 1, 3);       // channels 3 and 7 of conv
                PruningOracle.Zero(reference.head.weight, 1, 0, 6);
            });
        Assert.That(net.grouped.weight.shape, Is.EqualTo(new long[] { 10, 3, 3, 3 }));
        Assert.That(net.grouped.groups, Is.EqualTo(2));
    }

    [Test]
    public void Prune_TransposedGroupedConvolution_RemovesTheSameChannelOfEveryGroup()
    {
        using var net = PruningOracle.Check(
            () => new GroupedNet(transposed: true), randn([2, 2, 6, 6]), [("conv", [3]), ("grouped", [0])],
            reference =>
            {
                PruningOracle.Zero(reference.grouped.weight, 0, 3, 7);
                PruningOracle.Zero(reference.head.weight, 1, 0, 6);
            });
        Assert.That(net.grouped.weight.shape, Is.EqualTo(new long[] { 6, 5, 3, 3 }));
    }

    [Test]
    public void Prune_EinsumAttention_RemovesHeads()
    {
        using var net = PruningOracle.Check(
            () => new EinsumNet(), randn([2, 5, 6]), [("query", [0])],
            reference => PruningOracle.Zero(reference.output.weight, 1, 0, 1, 2));
        Assert.That(net.value.weight.shape, Is.EqualTo(new long[] { 9, 6 }));
    }

    [Test]
    public void Analyze_TransformerEncoderLayer_FindsTheHiddenFeatures()
    {
        using var layer = nn.TransformerEncoderLayer(16, 4, 24, 0.0);
        using var net = new WrappedNet(x => layer.call(x), layer);
        var analysis = new Pruner(net, randn([5, 2, 16])).Analyze();
        Assert.That(analysis.Groups.Select(g => (g.Name, g.Units)), Is.EqualTo(new[] { ("layer.linear1", 24) }));
    }

    [Test]
    public void Prune_GatedLayer_RemovesPairsOfFeatures()
    {
        using var net = PruningOracle.Check(
            () => new GatedNet(), randn([4, 6]), [("first", [2, 5])],
            reference => PruningOracle.Zero(reference.second.weight, 1, 2, 5));
        Assert.That(net.first.weight.shape, Is.EqualTo(new long[] { 12, 6 }));
    }

    [Test]
    public void Analyze_ResNet_FindsTheGroupsCountedByHand()
    {
        using var net = new ResNet(1, 4, width: 4);
        var groups = new Pruner(net, randn([2, 1, 16, 16])).Analyze().Groups;
        Assert.That(groups.Select(g => string.Join('+', g.Layers) + ":" + g.Units), Is.EqualTo(new[]
        {
            "conv+stages.0_0.conv2:4", "stages.0_0.conv1:4", "stages.1_0.conv1:8",
            "stages.1_0.conv2+stages.1_0.shortcut.conv:8",
            "stages.2_0.conv1:16", "stages.2_0.conv2+stages.2_0.shortcut.conv:16",
        }));
    }

    [Test]
    public void Analyze_AttentionNet_FindsHeadsAndHiddenFeaturesAndSaysWhyTheRestStays()
    {
        using var net = new AttentionNet();
        var analysis = new Pruner(net, randint(0, 11, [2, 6], ScalarType.Int64)).Analyze();
        Assert.That(
            analysis.Groups.Select(g => (g.Name, g.Units, g.UnitSize)),
            Is.EqualTo(new[] { ("query", 4, 4), ("up", 24, 1) }));
        Assert.That(analysis.Groups[0].Layers, Is.EqualTo(new[] { "query", "key", "value" }));
        Assert.That(analysis.Groups[0].Consumers, Is.EqualTo(new[] { "output" }));
        Assert.That(
            analysis.Fixed.Select(f => f.Layer), Is.EquivalentTo(new[] { "embedding", "output", "down", "logits" }));
        Assert.That(
            analysis.Fixed.Single(f => f.Layer == "embedding").Reason, Does.Contain("layer_norm").And.Contain("norm1"));
        Assert.That(analysis.Fixed.Single(f => f.Layer == "logits").Reason, Does.Contain("outputs of the module"));
    }

    [Test]
    public void Analyze_HeadCountWrittenInForward_KeepsTheHeadsAndNamesTheReshape()
    {
        using var net = new AttentionNet(heads: 4);
        var analysis = new Pruner(net, randint(0, 11, [2, 6], ScalarType.Int64)).Analyze();
        Assert.That(analysis.Groups.Select(g => g.Name), Is.EqualTo(new[] { "up" }));
        Assert.That(
            analysis.Fixed.Single(f => f.Layer == "query").Reason, Does.Contain("aten::view").And.Contain("write -1"));
    }

    [Test]
    public void Analyze_RecurrentNet_KeepsTheHiddenSize()
    {
        using var net = new RecurrentNet();
        var analysis = new Pruner(net, randn([2, 4, 5])).Analyze();
        Assert.That(analysis.Groups.Select(g => g.Name), Is.EqualTo(new[] { "after" }));
        Assert.That(analysis.Fixed.Single(f => f.Layer == "before").Reason, Does.Contain("recurrent"));
    }

    [Test]
    public void Analyze_UnknownOperator_KeepsTheChannelsAndNamesIt()
    {
        using var net = new ForwardNet(x => x.tan());
        var analysis = new Pruner(net, randn([2, 2, 5, 5])).Analyze();
        Assert.That(analysis.Groups, Is.Empty);
        Assert.That(analysis.Fixed.Single(f => f.Layer == "first").Reason, Does.Contain("aten::tan"));
    }

    [Test]
    public void Prune_LargestOverPositions_EqualsNetworkThatIgnoresTheChannels()
    {
        using var net = PruningOracle.Check(
            () => new ForwardNet(x => x.flatten(2).topk(3, 2).values.unsqueeze(-1)), randn([2, 2, 5, 5]),
            [("first", [1, 6])],
            reference => PruningOracle.Zero(reference.second.weight, 1, 1, 6));
        Assert.That(net.first.weight.shape[0], Is.EqualTo(6));
    }

    [Test]
    public void Prune_WeightNormalisedInForward_EqualsNetworkThatIgnoresTheUnits()
    {
        using var net = PruningOracle.Check(
            () => new NormalizedWeightNet(), randn([4, 6]), [("first", [1, 6])],
            reference => PruningOracle.Zero(reference.second.weight!, 1, 1, 6));
        Assert.That(Shape(net, "first.weight"), Is.EqualTo(new long[] { 6, 6 }));
        Assert.That(Shape(net, "length"), Is.EqualTo(new long[] { 6, 1 }));
    }

    [Test]
    public void Analyze_ChannelsPickedByNumber_KeepsThem()
    {
        using var net = new ForwardNet(x => cat([x.narrow(1, 4, 4), x.narrow(1, 0, 4)], 1));
        Assert.That(new Pruner(net, randn([2, 2, 5, 5])).Analyze().Groups, Is.Empty);
    }

    [Test]
    public void Prune_LayersThatReadDifferentHalves_ScoresEveryUnit()
    {
        using var net = PruningOracle.Check(
            () => new TwoReadersNet(), randn([3, 6]), [("both", [1]), ("left", [0])],
            reference =>
            {
                PruningOracle.Zero(reference.fromLeft.weight, 1, 1);
                PruningOracle.Zero(reference.fromRight.weight, 1, 1);
                PruningOracle.Zero(reference.fromLeft.weight, 1, 4);
            });
        using var by = new TwoReadersNet();
        new Pruner(by, randn([3, 6])).Prune(new ChannelPruningOptions { Criterion = new L1Criterion() });
        Assert.That(by.both.weight.shape[0], Is.EqualTo(4));
    }

    [Test]
    public void Analyze_ShuffleThatReadsItsSizes_PrunesPairs()
    {
        using var net = new ForwardNet(x =>
        {
            var s = x.shape;
            return x.view(s[0], 2, s[1] / 2, s[2], s[3]).transpose(1, 2).reshape(s[0], s[1], s[2], s[3]);
        });
        var group = new Pruner(net, randn([2, 2, 5, 5])).Analyze().Groups.Single();
        Assert.That((group.Name, group.Units, group.UnitSize), Is.EqualTo(("first", 4, 2)));
    }

    [Test]
    public void Analyze_LeavesTheModuleAsItWas()
    {
        using var net = SmallNet.Randomized(new DepthwiseNet(), 3);
        net.train();
        var before = net.state_dict().ToDictionary(e => e.Key, e => e.Value.clone());
        new Pruner(net, randn([2, 3, 9, 9])).Analyze();
        Assert.That(net.training && net.norm1.training);
        Assert.That(net.depthwise.groups, Is.EqualTo(8));
        foreach (var (name, tensor) in net.state_dict())
        {
            Assert.That(
                tensor.shape.SequenceEqual(before[name].shape) && tensor.eq(before[name]).all().item<bool>(), name);
        }
    }

    private static long[] Features(int channel, int perChannel)
        => [.. Enumerable.Range(channel * perChannel, perChannel).Select(i => (long)i)];

    private static long[] Shape(nn.Module module, string name) => module.state_dict()[name].shape;
}
