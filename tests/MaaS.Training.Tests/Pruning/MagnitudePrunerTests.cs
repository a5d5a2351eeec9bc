using MaaS.Training.Data;
using MaaS.Training.Fitting;
using MaaS.Training.Models;
using MaaS.Training.Pruning;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Pruning;

[TestFixture]
public class MagnitudePrunerTests
{
    private DisposeScope _scope = null!;

    [SetUp]
    public void Open()
    {
        _scope = NewDisposeScope();
        manual_seed(2);
    }

    [TearDown]
    public void Close() => _scope.Dispose();

    [Test]
    public void Prune_LayerWise_ZeroesTheSmallestWeightsOfEachLayer()
    {
        using var net = new Mlp(4, 2, [2]);
        Set(net, "layers.dense0.weight", [1, -2, 3, -4, 5, -6, 7, -8]);
        Set(net, "layers.dense1.weight", [0.4f, -0.3f, 0.2f, -0.1f]);
        using var masks = MagnitudePruner.Prune(net);
        Assert.That(Values(net, "layers.dense0.weight"), Is.EqualTo(new float[] { 0, 0, 0, 0, 5, -6, 7, -8 }));
        Assert.That(Values(net, "layers.dense1.weight"), Is.EqualTo(new[] { 0.4f, -0.3f, 0, 0 }));
        Assert.That(masks.Sparsity, Is.EqualTo(0.5));
    }

    [Test]
    public void Prune_Global_ZeroesTheSmallestWeightsAnywhere()
    {
        using var net = new Mlp(4, 2, [2]);
        Set(net, "layers.dense0.weight", [1, -2, 3, -4, 5, -6, 7, -8]);
        Set(net, "layers.dense1.weight", [0.4f, -0.3f, 0.2f, -0.1f]);
        using var masks = MagnitudePruner.Prune(net, new MagnitudePruningOptions { Scope = PruningScope.Global });
        Assert.That(Values(net, "layers.dense0.weight"), Is.EqualTo(new float[] { 0, 0, 3, -4, 5, -6, 7, -8 }));
        Assert.That(Values(net, "layers.dense1.weight"), Is.All.Zero);
    }

    [Test]
    public void Prune_IgnoredLayer_Stays()
    {
        using var net = new Mlp(4, 2, [2]);
        using var masks = MagnitudePruner.Prune(net, new MagnitudePruningOptions { Ignore = ["layers.dense0"] });
        Assert.That(masks.Weights.Single().Parameter, Is.EqualTo("layers.dense1.weight"));
    }

    [TestCase(TrainingPrecision.Fp32)]
    [TestCase(TrainingPrecision.Bf16)]
    public void Fit_WithMasks_KeepsTheZerosAndTrainsTheRest(TrainingPrecision precision)
    {
        using var net = new Mlp(16, 2, [8]);
        using var masks = MagnitudePruner.Prune(net, new MagnitudePruningOptions { Ratio = 0.7 });
        var before = net.state_dict()["layers.dense0.weight"].clone();
        new Trainer(
            new TrainerOptions
            {
                Epochs = 2,
                BatchSize = 16,
                Hooks = [masks],
                Precision = precision,
                LearningRate = 0.05,
            })
            .Fit(net, Blobs());
        var after = net.state_dict()["layers.dense0.weight"];
        Assert.That(after.eq(0).sum().item<long>(), Is.EqualTo((long)(0.7 * 128)));
        Assert.That(after.eq(0).eq(before.eq(0)).all().item<bool>(), "the same weights are zero");
        Assert.That((after - before).abs().max().item<float>(), Is.GreaterThan(1e-3f), "the others have learned");
    }

    [Test]
    public void Prune_InSteps_ReachesTheRatioCubically()
    {
        using var net = new Mlp(32, 2, [32]);
        List<double> shares = [];
        using var masks = MagnitudePruner.Prune(
            net, new MagnitudePruningOptions { Ratio = 0.8, Steps = 4, Ignore = ["layers.dense1"] },
            m => shares.Add(m.Sparsity));
        // 0.8·(1−(1−i/4)³), Zhu and Gupta 2018.
        Assert.That(shares, Is.EqualTo(new[] { 0.4625, 0.7, 0.7875, 0.8 }).Within(1e-3));
    }

    [Test]
    public void OfZeros_OfALoadedModule_MasksTheSameWeights()
    {
        using var net = new Mlp(8, 2, [8]);
        using var masks = MagnitudePruner.Prune(net, new MagnitudePruningOptions { Ratio = 0.6 });
        using var again = PruningMasks.OfZeros(net);
        Assert.That(again.Weights, Is.EqualTo(masks.Weights));
    }

    [TestCase(-0.1)]
    [TestCase(1.0)]
    [TestCase(double.NaN)]
    public void Prune_RatioOutOfRange_Throws(double ratio)
    {
        using var net = new Mlp(4, 2, [2]);
        Assert.That(
            () => MagnitudePruner.Prune(net, new MagnitudePruningOptions { Ratio = ratio }),
            Throws.ArgumentException.With.Message.Contains("from 0 to below 1"));
    }

    [Test]
    public void Prune_UnknownLayer_ThrowsAndListsTheLayers()
    {
        using var net = new Mlp(4, 2, [2]);
        Assert.That(
            () => MagnitudePruner.Prune(net, new MagnitudePruningOptions { Ignore = ["dense7"] }),
            Throws.ArgumentException.With.Message.Contains("'dense7'").And.Message.Contains("layers.dense0"));
    }

    [Test]
    public void Prune_NaN_Throws()
    {
        using var net = new Mlp(4, 2, [2]);
        Set(net, "layers.dense1.weight", [float.NaN, 0, 0, 0]);
        Assert.That(
            () => MagnitudePruner.Prune(net),
            Throws.TypeOf<PruningException>().With.Message.Contains("layers.dense1.weight"));
    }

    [Test]
    public void ToString_SaysThatZerosDoNotPayInOnnxRuntime()
    {
        using var net = new Mlp(4, 2, [2]);
        using var masks = MagnitudePruner.Prune(net);
        Assert.That(masks.ToString(), Does.Contain("neither the file's size nor its latency"));
    }

    private static void Set(nn.Module net, string name, float[] values)
    {
        using var noGrad = no_grad();
        var weight = net.state_dict()[name];
        weight.copy_(tensor(values).reshape(weight.shape));
    }

    private static float[] Values(nn.Module net, string name) => net.state_dict()[name].data<float>().ToArray();

    private static ImageDataset Blobs() => TestData.Blobs(64, 1, 4, 4);
}
