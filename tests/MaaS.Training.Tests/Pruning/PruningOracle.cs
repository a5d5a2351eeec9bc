using MaaS.Training.Pruning;
using MaaS.Training.Tests.Pruning.Nets;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Pruning;

/// <summary>
/// Compares a pruned network with the same network whose channels are still there, but read with weight zero: what
/// reads a channel is written down by hand in each test.
/// </summary>
internal static class PruningOracle
{
    /// <summary>Removes units of groups and checks the outputs.</summary>
    /// <param name="create">Makes the network; called twice.</param>
    /// <param name="input">Its input.</param>
    /// <param name="removed">Group and positions of units to remove.</param>
    /// <param name="silence">Zeroes, in the second network, the weights that read what is removed.</param>
    /// <returns>The pruned network.</returns>
    public static T Check<T>(Func<T> create, Tensor input, (string Group, int[] Units)[] removed, Action<T> silence)
        where T : nn.Module<Tensor, Tensor>
    {
        var pruned = SmallNet.Randomized(create(), 5);
        using var reference = SmallNet.Randomized(create(), 5);
        using var scope = NewDisposeScope();
        var criterion = new FixedScores(removed);
        var pruner = new Pruner(pruned, input);
        var sizes = pruner.Analyze().Groups.ToDictionary(g => g.Name, g => g.Units);
        pruner.Prune(new ChannelPruningOptions
        {
            Goal = PruningGoal.Channels(0),
            Criterion = criterion,
            Ratios = criterion.Ratios(sizes),
        });
        using var noGrad = no_grad();
        silence(reference);
        var (expected, actual) = (reference.call(input), pruned.call(input));
        Assert.That(actual.shape, Is.EqualTo(expected.shape));
        Assert.That(
            (actual - expected).abs().max().item<float>(), Is.LessThan(1e-5f), "largest difference of the outputs");
        Assert.That(expected.std().item<float>(), Is.GreaterThan(1e-3f), "the outputs must say something");
        return pruned;
    }

    /// <summary>Zeroes some positions along an axis.</summary>
    public static void Zero(Tensor weight, int axis, params long[] positions)
        => weight.index_fill_(axis, tensor(positions), 0);
}
