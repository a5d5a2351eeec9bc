using MaaS.Tabular.Features;
using MaaS.Tabular.Learners.Linear;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Learners.Trees;

/// <summary>One decision tree.</summary>
public sealed class DecisionTree : ILearner
{
    /// <summary>Features for trees: numbers unscaled.</summary>
    internal static readonly FeatureOptions TreeFeatures = new() { Scaling = Scaling.None };

    /// <summary>How it grows.</summary>
    public TreeOptions Options { get; init; } = new();

    /// <inheritdoc/>
    public string Name => "decision-tree";

    /// <inheritdoc/>
    public FeatureOptions Features { get; init; } = TreeFeatures;

    /// <inheritdoc/>
    public bool Supports(TabularTask task) => true;

    /// <inheritdoc/>
    public IFittedLearner Fit(
        Matrix features, Target target, double[]? weights = null, CancellationToken cancellationToken = default)
    {
        Options.Check();
        var counts = Fitting.Check(this, features, target, weights);
        return new TreeModel(TreeGrower.Grow(features, target, counts, Options, Options.Seed), Link.Identity);
    }
}
