using MaaS.Training.Models;
using MaaS.Training.Pruning;
using MaaS.Training.Tests.Pruning.Nets;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Pruning;

/// <summary>
/// Training goes on after pruning with the same optimizer. The oracle is the network that kept its channels, with the
/// weights that read a removed channel set to zero again after each step: what is left must learn the same.
/// </summary>
[TestFixture]
public class PrunerOptimizerTests
{
    private DisposeScope _scope = null!;

    [SetUp]
    public void Open() => _scope = NewDisposeScope();

    [TearDown]
    public void Close() => _scope.Dispose();

    [TestCase("adam"), TestCase("sgd"), TestCase("rmsprop")]
    public void Prune_WithAnOptimizer_GoesOnAsTheNetworkThatIgnoresTheChannels(string kind)
    {
        var (pruned, optimizer) = Trained(kind);
        var (whole, wholeOptimizer) = Trained(kind);
        var (fresh, _) = Trained(kind);

        Prune(pruned, optimizer);
        Prune(fresh, null);
        var freshOptimizer = Make(kind, fresh);
        for (var step = 0; step < 3; step++)
        {
            Silence(whole);
            Step(whole, wholeOptimizer, step);
            Step(pruned, optimizer, step);
            Step(fresh, freshOptimizer, step);
        }

        Silence(whole);
        var (input, _) = Batch(9);
        var (expected, actual) = (whole.call(input).detach(), pruned.call(input).detach());
        Assert.That((actual - expected).abs().max().item<float>(), Is.LessThan(1e-5f));
        Assert.That(
            (fresh.call(input).detach() - expected).abs().max().item<float>(), Is.GreaterThan(1e-3f),
            "a new optimizer forgets");
    }

    [Test]
    public void Prune_WithAnOptimizerThatMadeNoStep_TrainsOn()
    {
        var net = new Mlp(20, 4, [10, 7]);
        var optimizer = optim.SGD(net.parameters(), 0.1, momentum: 0.9);   // its buffers are made in the first step
        Prune(net, optimizer);
        Assert.That(() => Step(net, optimizer, 0), Throws.Nothing);
    }

    private static (Mlp Net, optim.Optimizer Optimizer) Trained(string kind)
    {
        var net = SmallNet.Randomized(new Mlp(20, 4, [10, 7]), 5);
        var optimizer = Make(kind, net);
        for (var step = 0; step < 5; step++)
        {
            Step(net, optimizer, step);
        }

        return (net, optimizer);
    }

    private static optim.Optimizer Make(string kind, nn.Module net) => kind switch
    {
        "adam" => optim.Adam(net.parameters(), 0.01),
        "sgd" => optim.SGD(net.parameters(), 0.05, momentum: 0.9),
        _ => optim.RMSProp(net.parameters(), 0.01, momentum: 0.9),
    };

    private static void Prune(Mlp net, optim.Optimizer? optimizer)
    {
        var criterion = new FixedScores(("layers.dense0", [0, 9]), ("layers.dense1", [3]));
        var pruner = new Pruner(net, randn([5, 20]));
        var sizes = pruner.Analyze().Groups.ToDictionary(g => g.Name, g => g.Units);
        pruner.Prune(new ChannelPruningOptions
        {
            Goal = PruningGoal.Channels(0),
            Criterion = criterion,
            Ratios = criterion.Ratios(sizes),
            Optimizer = optimizer,
        });
        Assert.That(net.state_dict()["layers.dense1.weight"].shape, Is.EqualTo(new long[] { 6, 8 }));
    }

    private static void Silence(Mlp net)
    {
        using var noGrad = no_grad();
        PruningOracle.Zero(net.state_dict()["layers.dense1.weight"], 1, 0, 9);
        PruningOracle.Zero(net.state_dict()["layers.dense2.weight"], 1, 3);
    }

    private static void Step(Mlp net, optim.Optimizer optimizer, int seed)
    {
        net.train();
        var (input, labels) = Batch(seed);
        optimizer.zero_grad();
        nn.functional.cross_entropy(net.call(input), labels).backward();
        optimizer.step();
        net.eval();
    }

    private static (Tensor Input, Tensor Labels) Batch(int seed)
    {
        var random = new Random(seed);
        var values = Enumerable.Range(0, 16 * 20).Select(_ => (2 * random.NextSingle()) - 1).ToArray();
        return (tensor(values, [16, 20]), tensor(Enumerable.Range(0, 16).Select(static i => (long)i % 4).ToArray()));
    }
}
