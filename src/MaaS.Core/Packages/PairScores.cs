using MaaS.Onnx.Inference;

namespace MaaS.Core.Packages;

/// <summary>Scores of pairs of texts out of a network's logits.</summary>
public static class PairScores
{
    /// <summary>One score for each pair, from 0 to 1: the sigmoid of one logit, or the probability of the positive one
    /// of two labels.</summary>
    /// <param name="output">(B, 1) or (B, 2), float32: the output that <paramref name="settings"/> names.</param>
    /// <param name="rows">B.</param>
    /// <param name="settings">The package's.</param>
    /// <exception cref="InferenceException">The output has another shape, or a logit is no number.</exception>
    public static float[] Of(TensorValue output, int rows, RankingSettings settings)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(settings);
        if (output.Shape is not [var count, 1 or 2] || count != rows)
        {
            throw new InferenceException(
                $"output '{settings.Output}': expected ({rows}, 1) or ({rows}, 2), got {output}");
        }

        var logits = output.AsSpan<float>();
        var scores = new float[rows];
        for (var row = 0; row < rows; row++)
        {
            // The softmax over two logits is the sigmoid of their difference.
            double logit = output.Shape[1] == 1 ? logits[row]
                : (double)logits[(2 * row) + settings.Positive] - logits[(2 * row) + 1 - settings.Positive];
            scores[row] = double.IsNaN(logit)
                ? throw new InferenceException($"output '{settings.Output}': expected numbers, got NaN in row {row}")
                : (float)(1 / (1 + Math.Exp(-logit)));
        }

        return scores;
    }
}
