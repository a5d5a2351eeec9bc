using MaaS.Onnx;
using MaaS.Tabular.Features;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Selection.Selectors;

/// <summary>Chooses features, then learns from those alone: both on the rows that it is fitted on, so in
/// cross-validation on training folds. The exported graph leaves the other features out.</summary>
/// <param name="selector">Chooses.</param>
/// <param name="learner">Learns; its options say which features there are to choose from.</param>
public sealed class SelectingLearner(IFeatureSelector selector, ILearner learner) : IColumnLearner
{
    /// <inheritdoc/>
    public string Name => $"{learner.Name} {selector.Name}";

    /// <inheritdoc/>
    public FeatureOptions Features => learner.Features;

    /// <inheritdoc/>
    public bool Supports(TabularTask task) => learner.Supports(task);

    /// <inheritdoc/>
    public IFittedLearner Fit(
        Matrix features, Target target, double[]? weights = null, CancellationToken cancellationToken = default)
        => Fit(null, features, target, weights, cancellationToken);

    /// <inheritdoc/>
    public IFittedLearner Fit(
        IReadOnlyList<int>? cardinalities, Matrix features, Target target, double[]? weights = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(target);
        var chosen = selector.Choose(features, target, weights, cancellationToken);
        return new SelectedModel(
            chosen,
            Fitting.Fit(
                learner, cardinalities is null ? null : Array.ConvertAll(chosen, c => cardinalities[c]),
                features.TakeColumns(chosen), target, weights, cancellationToken));
    }
}

/// <summary>What was learned from some of the features.</summary>
/// <param name="chosen">Their places.</param>
/// <param name="inner">What was learned from them.</param>
internal sealed class SelectedModel(int[] chosen, IFittedLearner inner) : IFittedLearner, IFeatureImportances
{
    private const int MostOnStack = 512;

    public IReadOnlyList<int> Chosen => chosen;

    public IFittedLearner Inner => inner;

    public int Outputs => inner.Outputs;

    public double Tolerance => inner.Tolerance;

    public void Predict(ReadOnlySpan<double> features, Span<double> outputs)
    {
        Span<double> taken = chosen.Length <= MostOnStack ? stackalloc double[chosen.Length]
            : new double[chosen.Length];
        for (var i = 0; i < chosen.Length; i++)
        {
            taken[i] = features[chosen[i]];
        }

        inner.Predict(taken, outputs);
    }

    public string Write(GraphBuilder graph, string features) => inner.Write(
        graph,
        graph.Node("Gather", [features, graph.Ints(Array.ConvertAll(chosen, static i => (long)i))], ("axis", 1)));

    public double[] Importances(int features)
    {
        var importances = new double[features];
        var own = FeatureRanking.Importances(inner, chosen.Length);
        for (var i = 0; i < chosen.Length; i++)
        {
            importances[chosen[i]] = own[i];
        }

        return importances;
    }
}
