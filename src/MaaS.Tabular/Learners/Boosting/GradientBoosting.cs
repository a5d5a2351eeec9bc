using System.Globalization;
using MaaS.Tabular.Features;
using MaaS.Tabular.Learners.Linear;
using MaaS.Tabular.Learners.Trees;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Learners.Boosting;

/// <summary>Gradient boosting of trees by LightGBM; takes missing numbers as they are.</summary>
/// <remarks>Ke et al., LightGBM, NeurIPS 2017. Its native library is there for x64 on Linux, Windows and
/// macOS.</remarks>
public sealed class GradientBoosting : ILearner
{
    private const int FewCells = 200_000;

    /// <summary>Rounds, 1 or more; each adds one tree, of more than two classes one a class.</summary>
    public int Rounds { get; init; } = 100;

    /// <summary>How much each tree counts, above 0.</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>Most leaves of a tree, 2 or more.</summary>
    public int Leaves { get; init; } = 31;

    /// <summary>Fewest rows of a leaf, 1 or more.</summary>
    public int MinLeafRows { get; init; } = 20;

    /// <summary>Strength of the penalty on squared leaf values, 0 or more.</summary>
    public double L2 { get; init; }

    /// <summary>Share of the features that each tree draws, above 0 and at most 1.</summary>
    public double FeatureShare { get; init; } = 1;

    /// <summary>Share of the rows that each tree draws, above 0 and at most 1.</summary>
    public double RowShare { get; init; } = 1;

    /// <summary>Seed of the draws.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Threads; 0 for one a core, and a single one for tables of fewer than 200,000 cells, which several
    /// threads only slow down.</summary>
    public int Threads { get; init; }

    /// <inheritdoc/>
    public string Name => "gradient-boosting";

    /// <inheritdoc/>
    public FeatureOptions Features { get; init; } = DecisionTree.TreeFeatures with { Imputation = Imputation.None };

    /// <inheritdoc/>
    public bool Supports(TabularTask task) => true;

    /// <inheritdoc/>
    public IFittedLearner Fit(
        Matrix features, Target target, double[]? weights = null, CancellationToken cancellationToken = default)
    {
        var counts = Fitting.Check(this, features, target, weights, takesNaN: true);
        ArgumentOutOfRangeException.ThrowIfLessThan(Rounds, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Leaves, 2);
        if (!(FeatureShare is > 0 and <= 1 && RowShare is > 0 and <= 1))
        {
            throw new ArgumentException(
                $"{Name}: expected FeatureShare and RowShare above 0 and at most 1, got {FeatureShare} and "
                    + $"{RowShare}.");
        }

        var threads = Threads == 0 && features.Values.Length < FewCells ? 1 : Threads;
        var text = LightGbm.Train(
            features, Array.ConvertAll(target.Values, static y => (float)y),
            Array.ConvertAll(counts, static w => (float)w),
            Parameters(target, threads), Rounds, cancellationToken);
        return Read(text, target);
    }

    /// <summary>LightGBM's own parameters.</summary>
    internal string Parameters(Target target, int threads) => string.Create(
        CultureInfo.InvariantCulture,
        $"objective={Objective(target).Name} learning_rate={LearningRate} num_leaves={Leaves} "
            + $"min_data_in_leaf={MinLeafRows} lambda_l2={L2} feature_fraction={FeatureShare} "
            + $"bagging_fraction={RowShare} bagging_freq={(RowShare < 1 ? 1 : 0)} seed={Seed} num_threads={threads} "
            + $"deterministic=true force_row_wise=true verbosity=-1");

    /// <summary>What LightGBM's text says.</summary>
    internal static IFittedLearner Read(string text, Target target)
    {
        var (_, link, trees) = Objective(target);
        return new TreeModel(LightGbmText.Parse(text, trees), link);
    }

    private static (string Name, Link Link, int Trees) Objective(Target target) => target switch
    {
        { Task: TabularTask.Regression } => ("regression", Link.Identity, 1),
        { Classes.Count: 2 } => ("binary", Link.Logistic, 1),
        _ => ($"multiclass num_class={target.Classes.Count}", Link.Softmax, target.Classes.Count),
    };
}
