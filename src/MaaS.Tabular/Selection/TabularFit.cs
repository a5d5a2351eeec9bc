using MaaS.Onnx;
using MaaS.Tabular.Features;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Selection;

/// <summary>Fitted features and what a learner learned from them: from the columns of a table to predictions.</summary>
/// <param name="Features">From columns to features.</param>
/// <param name="Learner">From features to predictions.</param>
public sealed record TabularFit(FittedFeatures Features, IFittedLearner Learner) : ITabularPredictor
{
    /// <inheritdoc/>
    public TableSchema Schema => Features.Schema;

    /// <inheritdoc/>
    public double Tolerance => Learner.Tolerance;

    /// <summary>Fits features and learner on training rows alone.</summary>
    /// <param name="learner">The learner and the features that it asks for.</param>
    /// <param name="table">The training rows, without the label.</param>
    /// <param name="target">Their labels.</param>
    /// <param name="balanced">Whether classes count alike, however many rows they have.</param>
    /// <param name="cancellationToken">Handed on to the learner.</param>
    public static TabularFit Fit(
        ILearner learner, Table table, Target target, bool balanced = false,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(learner);
        ArgumentNullException.ThrowIfNull(target);
        var (features, training) = FittedFeatures.Fit(table, target, learner.Features);
        var weights = balanced && target.Task == TabularTask.Classification ? target.BalancedWeights() : null;
        return new TabularFit(
            features,
            Fitting.Fit(learner, features.Cardinalities, training, target, weights, cancellationToken));
    }

    /// <inheritdoc/>
    public Matrix Predict(Table table) => Learner.Predict(Features.Transform(table));

    /// <inheritdoc/>
    public string Write(GraphBuilder graph) => Learner.Write(graph, Features.Write(graph));
}
