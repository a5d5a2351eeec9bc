using MaaS.Onnx;

namespace MaaS.Tabular.Learners;

/// <summary>Scores to probabilities, here and in ONNX.</summary>
internal static class Probabilities
{
    public static double Sigmoid(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));

    public static void Softmax(Span<double> scores)
    {
        var largest = double.NegativeInfinity;
        foreach (var score in scores)
        {
            largest = Math.Max(largest, score);
        }

        double sum = 0;
        for (var i = 0; i < scores.Length; i++)
        {
            sum += scores[i] = Math.Exp(scores[i] - largest);
        }

        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] /= sum;
        }
    }

    /// <summary>The probabilities of two classes from the score of the second.</summary>
    /// <param name="graph">Gets the nodes.</param>
    /// <param name="score">(N, 1), float64.</param>
    /// <returns>(N, 2), float64.</returns>
    public static string WriteBinary(GraphBuilder graph, string score)
    {
        var second = graph.Node("Sigmoid", [score]);
        return graph.Node("Concat", [graph.Node("Sub", [graph.Scalar(1d), second]), second], ("axis", 1));
    }

    /// <summary>Scores over axis 1 to probabilities.</summary>
    public static string WriteSoftmax(GraphBuilder graph, string scores) =>
        graph.Node("Softmax", [scores], ("axis", 1));
}
