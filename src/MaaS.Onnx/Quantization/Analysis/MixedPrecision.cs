using MaaS.Onnx.Quantization.Schemes;


namespace MaaS.Onnx.Quantization.Analysis;

/// <summary>A model in which the nodes that hurt most stay float.</summary>
/// <param name="Model">The quantized model.</param>
/// <param name="Accuracy">What it was measured to reach.</param>
/// <param name="FloatNodes">The nodes left float, the most harmful first.</param>
public sealed record MixedPrecisionResult(OnnxModel Model, double Accuracy, IReadOnlyList<string> FloatNodes);

/// <summary>Leaves as few nodes float as an accuracy asks for.</summary>
public static class MixedPrecision
{
    /// <summary>
    /// Excludes the most harmful nodes: 0, 1, 2, 4, … of them until the accuracy is reached, then the least number by
    /// bisection. About 2·log₂(nodes) measurements.
    /// </summary>
    /// <param name="candidate">What a scheme prepared.</param>
    /// <param name="report">The nodes' harm.</param>
    /// <param name="accuracy">Measures a model.</param>
    /// <param name="least">The accuracy to reach.</param>
    /// <returns>Null when only the float model reaches it.</returns>
    public static MixedPrecisionResult? Find(
        IQuantizationCandidate candidate, SqnrReport report, Func<OnnxModel, double> accuracy, double least)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        ArgumentNullException.ThrowIfNull(accuracy);
        string[] harmful = [
            .. report.Layers.Where(static layer => layer.Alone is not null).Select(static layer => layer.Node)];
        MixedPrecisionResult? best = null;
        int failed = -1, count = 0;
        while (count < harmful.Length && !Try(count))
        {
            failed = count;
            count = Math.Max(1, 2 * count);
        }
        int reached = Math.Min(count, harmful.Length);
        while (reached - failed > 1)
        {
            int middle = (failed + reached) / 2;
            if (middle < harmful.Length && Try(middle))
            {
                reached = middle;
            }
            else
            {
                failed = middle;
            }
        }
        return best;

        bool Try(int excluded)
        {
            string[] nodes = harmful[..excluded];
            var model = candidate.Quantize(nodes.ToHashSet());
            double reachedAccuracy = accuracy(model);
            if (reachedAccuracy < least)
            {
                return false;
            }

            best = new(model, reachedAccuracy, nodes);
            return true;
        }
    }
}
