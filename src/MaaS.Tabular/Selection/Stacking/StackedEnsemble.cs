using MaaS.Onnx;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Selection.Stacking;

/// <summary>A learner on what several models predict.</summary>
/// <param name="members">The models, whose outputs stand beside each other.</param>
/// <param name="meta">What was learned from their predictions out of fold.</param>
/// <param name="task">Of classes the meta learner gets ln p, p at least 1e-3: how sure a model is beyond that says
/// little; of numbers the predictions.</param>
/// <remarks>Wolpert, Stacked Generalization, Neural Networks 5, 1992.</remarks>
public sealed class StackedEnsemble(
    IReadOnlyList<ITabularPredictor> members, IFittedLearner meta, TabularTask task) : ITabularPredictor
{
    private const double Least = 1e-3;

    /// <summary>The models.</summary>
    public IReadOnlyList<ITabularPredictor> Members => members;

    /// <inheritdoc/>
    public TableSchema Schema { get; } = EnsembleSchema.Of(members);

    /// <inheritdoc/>
    public double Tolerance => members.Max(static m => m.Tolerance);

    /// <inheritdoc/>
    public Matrix Predict(Table table) => meta.Predict(
        Features([.. members.Select(m => m.Predict(table))], task));

    /// <inheritdoc/>
    public string Write(GraphBuilder graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var parts = members.Select(m => m.Write(graph)).ToArray();
        var features = parts.Length == 1 ? parts[0] : graph.Node("Concat", parts, ("axis", 1));
        return meta.Write(
            graph,
            task == TabularTask.Classification
                ? graph.Node("Log", [graph.Node("Max", [features, graph.Scalar(Least)])]) : features);
    }

    /// <summary>Predictions of several models as features.</summary>
    internal static Matrix Features(IReadOnlyList<Matrix> predictions, TabularTask task)
    {
        var width = predictions.Sum(static p => p.Columns);
        var features = new Matrix(predictions[0].Rows, width);
        for (var row = 0; row < features.Rows; row++)
        {
            var at = 0;
            foreach (var predicted in predictions)
            {
                predicted.Row(row).CopyTo(features.Row(row)[at..]);
                at += predicted.Columns;
            }
        }

        for (var i = 0; i < features.Values.Length && task == TabularTask.Classification; i++)
        {
            features.Values[i] = Math.Log(Math.Max(features.Values[i], Least));
        }

        return features;
    }
}
