using MaaS.Onnx;
using MaaS.Tabular.Learners;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Tabular.Selection.Calibration;

/// <summary>A classifier and what makes its probabilities true.</summary>
/// <param name="inner">The classifier.</param>
/// <param name="calibrators">One for the second of two classes, or one a class.</param>
internal sealed class CalibratedModel(IFittedLearner inner, ICalibrator[] calibrators)
    : IFittedLearner, IFeatureImportances
{
    private const double Least = 1e-7;

    public IFittedLearner Inner => inner;

    public int Outputs => inner.Outputs;

    public double Tolerance => inner.Tolerance;

    /// <summary>ln(p / (1 − p)), p kept away from 0 and 1, rounded to float32: the last digits of logarithms differ
    /// between implementations.</summary>
    public static void LogOdds(ReadOnlySpan<double> probabilities, Span<double> odds)
    {
        for (var c = 0; c < odds.Length; c++)
        {
            var p = Math.Clamp(probabilities[c], Least, 1 - Least);
            odds[c] = (float)Math.Log(p / (1 - p));
        }
    }

    public void Predict(ReadOnlySpan<double> features, Span<double> outputs)
    {
        inner.Predict(features, outputs);
        Span<double> odds = stackalloc double[Outputs];
        LogOdds(outputs, odds);
        if (calibrators.Length == 1)
        {
            outputs[1] = (float)calibrators[0].Apply(odds[1]);
            outputs[0] = 1 - outputs[1];
            return;
        }

        double sum = 0;
        for (var c = 0; c < outputs.Length; c++)
        {
            sum += outputs[c] = (float)calibrators[c].Apply(odds[c]);
        }

        for (var c = 0; c < outputs.Length; c++)
        {
            outputs[c] = sum > 0 ? outputs[c] / sum : 1d / outputs.Length;
        }
    }

    public string Write(GraphBuilder graph, string features)
    {
        var probabilities = inner.Write(graph, features);
        var one = graph.Scalar(1d);
        var kept = graph.Node(
            "Min", [graph.Node("Max", [probabilities, graph.Scalar(Least)]), graph.Scalar(1 - Least)]);
        var odds = Rounded(graph.Node("Log", [graph.Node("Div", [kept, graph.Node("Sub", [one, kept])])]));
        string Calibrated(int c, ICalibrator calibrator) => Rounded(calibrator.Write(
            graph, graph.Node("Gather", [odds, graph.Ints(c)], ("axis", 1))));
        if (calibrators.Length == 1)
        {
            var second = Calibrated(1, calibrators[0]);
            return graph.Node("Concat", [graph.Node("Sub", [one, second]), second], ("axis", 1));
        }

        var each = graph.Node(
            "Concat", calibrators.Select((calibrator, c) => Calibrated(c, calibrator)).ToArray(), ("axis", 1));
        var sums = graph.Node("ReduceSum", [each, graph.Ints(1)], ("keepdims", 1));
        var zero = graph.Scalar(0d);
        return graph.Node(
            "Where",
            [
                graph.Node("Greater", [sums, zero]), graph.Node("Div", [each, sums]),
                graph.Scalar(1d / calibrators.Length),
            ]);

        string Rounded(string value) => graph.Node(
            "Cast", [graph.Node("Cast", [value], ("to", (int)DataType.Float))], ("to", (int)DataType.Double));
    }

    public double[] Importances(int features) => Selectors.FeatureRanking.Importances(inner, features);
}
