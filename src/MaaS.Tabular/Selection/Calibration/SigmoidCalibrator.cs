using MaaS.Onnx;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Learners.Kernels;

namespace MaaS.Tabular.Selection.Calibration;

/// <summary>1 / (1 + exp(A · score + B)).</summary>
internal sealed record SigmoidCalibrator(double A, double B) : ICalibrator
{
    public static SigmoidCalibrator Fit(double[] scores, bool[] positive, double[] weights)
    {
        var (a, b) = PlattScaling.Fit(scores, positive, weights);
        return new SigmoidCalibrator(a, b);
    }

    public double Apply(double score) => Probabilities.Sigmoid(-(A * score + B));

    public string Write(GraphBuilder graph, string score) => graph.Node(
        "Sigmoid",
        [
            graph.Node("Neg",
                [graph.Node("Add", [graph.Node("Mul", [graph.Scalar(A), score]), graph.Scalar(B)])]),
        ]);
}
