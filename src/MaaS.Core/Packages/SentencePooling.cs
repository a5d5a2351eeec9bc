using System.Numerics.Tensors;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Packages;

/// <summary>Vectors of texts out of a network's output, in the server and in this process alike.</summary>
public static class SentencePooling
{
    /// <summary>One vector for each text.</summary>
    /// <param name="output">The output that <paramref name="settings"/> names: (B, T, D), or (B, D) where nothing is
    /// pooled; float32.</param>
    /// <param name="mask">(B, T), int64: 1 for a token, 0 for padding.</param>
    /// <param name="settings">The package's.</param>
    /// <returns>B vectors of D numbers.</returns>
    /// <exception cref="InferenceException">The output has another shape than its mask asks for.</exception>
    public static float[][] Pool(TensorValue output, TensorValue mask, EmbeddingSettings settings)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(mask);
        ArgumentNullException.ThrowIfNull(settings);
        var (rows, tokens) = ((int)mask.Shape[0], (int)mask.Shape[1]);
        var isPooled = settings.Pooling == EmbeddingPooling.None;
        if (output.Shape.Length != (isPooled ? 2 : 3) || output.Shape[0] != rows
            || (!isPooled && output.Shape[1] != tokens))
        {
            throw new InferenceException(
                $"output '{settings.Output}': expected "
                    + (isPooled ? $"({rows}, D)" : $"({rows}, {tokens}, D)") + $", got {output}");
        }

        var width = (int)output.Shape[^1];
        var values = output.AsSpan<float>();
        var vectors = new float[rows][];
        for (var row = 0; row < rows; row++)
        {
            vectors[row] = isPooled ? values.Slice(row * width, width).ToArray()
                : Pool(
                    values.Slice(row * tokens * width, tokens * width), mask.AsSpan<long>().Slice(row * tokens, tokens),
                    width, settings.Pooling);
            if (settings.Normalize)
            {
                Normalize(vectors[row]);
            }
        }

        return vectors;
    }

    /// <summary>Divides a vector by its Euclidean length; one of zeros stays as it is.</summary>
    public static void Normalize(Span<float> vector)
    {
        // Lengths below this are no direction: the common libraries have the same floor.
        const float Least = 1e-12f;
        TensorPrimitives.Divide(vector, Math.Max(TensorPrimitives.Norm<float>(vector), Least), vector);
    }

    private static float[] Pool(
        ReadOnlySpan<float> tokens, ReadOnlySpan<long> mask, int width, EmbeddingPooling pooling)
    {
        if (pooling == EmbeddingPooling.First)
        {
            return tokens[..width].ToArray();
        }

        var sum = new float[width];
        var count = 0;
        for (var i = 0; i < mask.Length; i++)
        {
            if (mask[i] != 0)
            {
                TensorPrimitives.Add(sum, tokens.Slice(i * width, width), sum);
                count++;
            }
        }

        TensorPrimitives.Divide(sum, Math.Max(count, 1), sum);
        return sum;
    }
}
