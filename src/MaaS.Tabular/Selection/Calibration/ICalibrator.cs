using MaaS.Onnx;

namespace MaaS.Tabular.Selection.Calibration;

/// <summary>From a score to a probability.</summary>
internal interface ICalibrator
{
    /// <summary>The probability, before it is rounded.</summary>
    double Apply(double score);

    /// <summary>The same in ONNX.</summary>
    /// <param name="graph">Gets the nodes.</param>
    /// <param name="score">(N, 1), float64.</param>
    /// <returns>(N, 1), float64.</returns>
    string Write(GraphBuilder graph, string score);
}
