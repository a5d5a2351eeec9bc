using System.Numerics.Tensors;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Drift;

/// <summary>What is watched of each row of a model's first output: the class and its probability, or the value where
/// there is one.</summary>
public static class PredictionFeatures
{
    /// <summary>Names of the features of one row; none where the first output is not float32[batch,n].</summary>
    public static IReadOnlyList<string> Names(InferenceOutputs outputs)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        return !IsWatched(outputs) ? [] : outputs[0].Shape[1] == 1 ? ["prediction"] : ["prediction", "confidence"];
    }

    /// <summary>The features of one row, as many as <see cref="Names"/>.</summary>
    public static void Extract(InferenceOutputs outputs, int row, ICollection<double> features)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(features);
        if (!IsWatched(outputs))
        {
            return;
        }

        var width = (int)outputs[0].Shape[1];
        var logits = outputs[0].AsSpan<float>().Slice(row * width, width);
        if (width == 1)
        {
            features.Add(logits[0]);
            return;
        }

        var probabilities = new float[width];
        Softmax.Compute(logits, probabilities);
        var best = TensorPrimitives.IndexOfMax<float>(probabilities);
        features.Add(best);
        features.Add(probabilities[best]);
    }

    private static bool IsWatched(InferenceOutputs outputs)
        => outputs is [{ Type: ElementType.Float32 } first, ..] && first.Shape.Length == 2 && first.Shape[1] > 0;
}
