using MaaS.Onnx;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Selection.Stacking;

/// <summary>The weighted mean of several models.</summary>
public sealed class WeightedEnsemble : ITabularPredictor
{
    private readonly ITabularPredictor[] _members;
    private readonly double[] _weights;

    /// <summary>Several models as one.</summary>
    /// <param name="members">One or more.</param>
    /// <param name="weights">One a model, above 0; scaled to a sum of 1.</param>
    /// <exception cref="ArgumentException">The numbers differ, or a weight is not above 0.</exception>
    public WeightedEnsemble(IReadOnlyList<ITabularPredictor> members, IReadOnlyList<double> weights)
    {
        ArgumentNullException.ThrowIfNull(members);
        ArgumentNullException.ThrowIfNull(weights);
        if (members.Count == 0 || members.Count != weights.Count || weights.Any(static w => !(w > 0)))
        {
            throw new ArgumentException(
                $"ensemble: expected one or more models, each with a weight above 0, got {members.Count} models and "
                    + $"weights {string.Join(", ", weights)}.", nameof(weights));
        }

        _members = [.. members];
        var sum = weights.Sum();
        _weights = [.. weights.Select(w => w / sum)];
        Schema = EnsembleSchema.Of(_members);
    }

    /// <summary>The models.</summary>
    public IReadOnlyList<ITabularPredictor> Members => _members;

    /// <summary>The weight of each, which sum to 1.</summary>
    public IReadOnlyList<double> Weights => _weights;

    /// <inheritdoc/>
    public TableSchema Schema { get; }

    /// <inheritdoc/>
    public double Tolerance => _members.Max(static m => m.Tolerance);

    /// <inheritdoc/>
    public Matrix Predict(Table table) => Mean([.. _members.Select(m => m.Predict(table))], _weights);

    /// <inheritdoc/>
    public string Write(GraphBuilder graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return _members.Select((member, i) => graph.Node("Mul", [member.Write(graph), graph.Scalar(_weights[i])]))
            .Aggregate((left, right) => graph.Node("Add", [left, right]));
    }

    internal static Matrix Mean(IReadOnlyList<Matrix> predictions, IReadOnlyList<double> weights)
    {
        var mean = new Matrix(predictions[0].Rows, predictions[0].Columns);
        for (var m = 0; m < predictions.Count; m++)
        {
            for (var i = 0; i < mean.Values.Length; i++)
            {
                mean.Values[i] += predictions[m].Values[i] * weights[m];
            }
        }

        return mean;
    }
}
