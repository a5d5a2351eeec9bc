using System.Numerics.Tensors;
using MaaS.Onnx;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Learners.Linear;

/// <summary>Weights and intercepts: a number, or scores of classes turned into probabilities.</summary>
/// <param name="weights">(scores, features).</param>
/// <param name="intercepts">(scores).</param>
/// <param name="link">What becomes of the scores.</param>
internal sealed class LinearModel(Matrix weights, double[] intercepts, Link link)
    : IFittedLearner, IFeatureImportances
{
    public Matrix Weights => weights;

    public IReadOnlyList<double> Intercepts => intercepts;

    public Link Link => link;

    public int Outputs => link == Link.Logistic ? 2 : weights.Rows;

    public void Predict(ReadOnlySpan<double> features, Span<double> outputs)
    {
        if (link == Link.Logistic)
        {
            outputs[1] = Probabilities.Sigmoid(Score(features, 0));
            outputs[0] = 1 - outputs[1];
            return;
        }

        for (var k = 0; k < weights.Rows; k++)
        {
            outputs[k] = Score(features, k);
        }

        if (link == Link.Softmax)
        {
            Probabilities.Softmax(outputs);
        }
    }

    public string Write(GraphBuilder graph, string features)
    {
        var transposed = new double[weights.Values.Length];
        for (var k = 0; k < weights.Rows; k++)
        {
            for (var f = 0; f < weights.Columns; f++)
            {
                transposed[f * weights.Rows + k] = weights[k, f];
            }
        }

        var scores = graph.Node(
            "Add",
            [
                graph.Node("MatMul", [features, graph.Constant<double>(transposed, weights.Columns, weights.Rows)]),
                graph.Constant<double>(intercepts, intercepts.Length),
            ]);
        return link switch
        {
            Link.Logistic => Probabilities.WriteBinary(graph, scores),
            Link.Softmax => Probabilities.WriteSoftmax(graph, scores),
            _ => scores,
        };
    }

    /// <summary>Squared weights, summed over the scores.</summary>
    public double[] Importances(int features)
    {
        var importances = new double[features];
        for (var f = 0; f < features; f++)
        {
            importances[f] = weights.Column(f).Sum(static w => w * w);
        }

        return importances;
    }

    private double Score(ReadOnlySpan<double> features, int k)
        => TensorPrimitives.Dot(features, weights.Row(k)) + intercepts[k];
}

/// <summary>What becomes of a linear score or of a sum over trees.</summary>
internal enum Link
{
    /// <summary>Nothing.</summary>
    Identity,

    /// <summary>The probability of the second of two classes.</summary>
    Logistic,

    /// <summary>Probabilities of all classes.</summary>
    Softmax,
}
