using MaaS.Onnx.Inference;

namespace MaaS.Core.Packages;

/// <summary>Scores of pairs of texts out of a network's logits. Order pairs by their logits: of large ones the scores
/// are all 1.</summary>
public static class PairScores
{
    /// <summary>One logit for each pair: the network's own, or of two the positive one less the other.</summary>
    /// <param name="output">(B, 1) or (B, 2), float32: the output that <paramref name="settings"/> names.</param>
    /// <param name="rows">B.</param>
    /// <param name="settings">The package's.</param>
    /// <exception cref="InferenceException">The output has another shape, or a logit is no number.</exception>
    public static double[] Logits(TensorValue output, int rows, RankingSettings settings)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(settings);
        if (output.Shape is not [var count, 1 or 2] || count != rows)
        {
            throw new InferenceException(
                $"output '{settings.Output}': expected ({rows}, 1) or ({rows}, 2), got {output}");
        }

        var values = output.AsSpan<float>();
        var logits = new double[rows];
        for (var row = 0; row < rows; row++)
        {
            double logit = output.Shape[1] == 1 ? values[row]
                : (double)values[(2 * row) + settings.Positive] - values[(2 * row) + 1 - settings.Positive];
            logits[row] = double.IsNaN(logit)
                ? throw new InferenceException($"output '{settings.Output}': expected numbers, got NaN in row {row}")
                : logit;
        }

        return logits;
    }

    /// <summary>A score from 0 to 1: the sigmoid of one logit, which of the difference of two is the probability of the
    /// positive label.</summary>
    public static double Score(double logit) => 1 / (1 + Math.Exp(-logit));
}
