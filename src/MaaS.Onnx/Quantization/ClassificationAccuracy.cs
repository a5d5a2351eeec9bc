using MaaS.Onnx.Inference;


namespace MaaS.Onnx.Quantization;

/// <summary>The share of samples whose greatest logit stands at their label.</summary>
public static class ClassificationAccuracy
{
    /// <summary>Measures a model.</summary>
    /// <param name="model">Its first output is (N, classes), float32.</param>
    /// <param name="batches">Inputs by name, and the N class indices.</param>
    /// <exception cref="ArgumentException">A batch does not fit the model or its labels, or there is no
    /// sample.</exception>
    public static double Measure(
        InferenceModel model, IEnumerable<(IReadOnlyDictionary<string, TensorValue> Inputs, int[] Labels)> batches)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(batches);
        long right = 0, count = 0;
        foreach (var (inputs, labels) in batches)
        {
            using var outputs = model.Run(inputs);
            var shape = outputs[0].Shape;
            if (shape.Length != 2 || shape[0] != labels.Length)
            {
                throw new ArgumentException(
                    $"accuracy: expected logits ({labels.Length}, classes) for as many labels, got {outputs[0]}");
            }

            var logits = outputs[0].AsSpan<float>();
            int classes = (int)shape[1];
            for (int i = 0; i < labels.Length; i++)
            {
                if (IndexOfMax(logits.Slice(i * classes, classes)) == labels[i])
                {
                    right++;
                }
            }
            count += labels.Length;
        }
        return count > 0
            ? (double)right / count : throw new ArgumentException("accuracy: expected at least one sample, got none");
    }

    private static int IndexOfMax(ReadOnlySpan<float> values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
        {
            if (values[i] > values[best])
            {
                best = i;
            }
        }
        return best;
    }
}
