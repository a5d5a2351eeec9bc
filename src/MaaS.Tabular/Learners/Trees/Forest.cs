using MaaS.Tabular.Features;
using MaaS.Tabular.Learners.Linear;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Learners.Trees;

/// <summary>The mean of many trees that draw their features, and their rows or their thresholds.</summary>
public abstract class Forest : ILearner
{
    private protected Forest(string name, TreeOptions options, bool bootstrap)
        => (Name, Options, Bootstrap) = (name, options, bootstrap);

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Number of trees, 1 or more.</summary>
    public int Trees { get; init; } = 100;

    /// <summary>How each tree grows.</summary>
    public TreeOptions Options { get; init; }

    /// <summary>Whether each tree draws as many rows as there are, with replacement.</summary>
    public bool Bootstrap { get; init; }

    /// <inheritdoc/>
    public FeatureOptions Features { get; init; } = DecisionTree.TreeFeatures;

    /// <inheritdoc/>
    public bool Supports(TabularTask task) => true;

    /// <inheritdoc/>
    /// <remarks>The same seed gives the same forest, however many processors grow it.</remarks>
    public IFittedLearner Fit(
        Matrix features, Target target, double[]? weights = null, CancellationToken cancellationToken = default)
    {
        Options.Check();
        ArgumentOutOfRangeException.ThrowIfLessThan(Trees, 1);
        var counts = Fitting.Check(this, features, target, weights);
        var grown = new TreeEnsemble[Trees];
        ParallelLoop.For(
            Trees,
            t =>
            {
                var seed = unchecked(Options.Seed * 1_000_003 + t);
                grown[t] = TreeGrower.Grow(features, target, Bootstrap ? Drawn(counts, seed) : counts, Options, seed);
            },
            cancellationToken: cancellationToken);
        var forest = new TreeEnsemble(target.Outputs, new double[target.Outputs]);
        foreach (var tree in grown)
        {
            forest.Append(tree, 1d / Trees);
        }

        return new TreeModel(forest, Link.Identity);
    }

    private static double[] Drawn(double[] counts, int seed)
    {
        var random = new Random(~seed);
        var drawn = new double[counts.Length];
        for (var i = 0; i < counts.Length; i++)
        {
            var row = random.Next(counts.Length);
            drawn[row] += counts[row];
        }

        return drawn.Any(static w => w > 0) ? drawn : counts;
    }
}

/// <summary>Random forest: rows drawn with replacement, thresholds searched.</summary>
/// <remarks>Breiman, Machine Learning 45, 2001.</remarks>
public sealed class RandomForest() : Forest("random-forest", new TreeOptions { FeatureShare = null }, bootstrap: true);

/// <summary>Extremely randomized trees: all rows, thresholds drawn.</summary>
/// <remarks>Geurts, Ernst and Wehenkel, Machine Learning 63, 2006.</remarks>
public sealed class ExtraTrees()
    : Forest("extra-trees", new TreeOptions { FeatureShare = null, RandomThresholds = true }, bootstrap: false);
