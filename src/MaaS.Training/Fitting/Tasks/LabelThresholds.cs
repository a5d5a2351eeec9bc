using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>Finds from which probability on each label is best called given.</summary>
public static class LabelThresholds
{
    /// <summary>The thresholds of the best F1 of each label, to be found on samples that were neither learned from nor
    /// measured by.</summary>
    /// <param name="logits">(N, L); neither changed nor disposed.</param>
    /// <param name="targets">(N, L): 0 or 1.</param>
    /// <returns>L probabilities, each half-way between the logits of two samples; 0.5 for a label that no sample
    /// has.</returns>
    /// <exception cref="ArgumentException">The shapes differ, or there is no sample.</exception>
    public static double[] BestF1(Tensor logits, Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(targets);
        if (logits.dim() != 2 || logits.shape[0] == 0 || !logits.shape.SequenceEqual(targets.shape))
        {
            throw new ArgumentException(
                $"LabelThresholds: expected logits (N,L) and targets (N,L), got ({string.Join(",", logits.shape)}) and "
                    + $"({string.Join(",", targets.shape)}).",
                nameof(targets));
        }

        using var scope = NewDisposeScope();
        return [.. Enumerable.Range(0, (int)logits.shape[1]).Select(label => OfLabel(
            TensorSpans.Floats(logits.select(1, label)), TensorSpans.Truths(targets.select(1, label))))];
    }

    private static double OfLabel(float[] scores, bool[] given)
    {
        Array.Sort(scores, given);
        var positives = given.Count(static g => g);
        var (hits, best, threshold) = (0, 0.0, 0.0);
        for (var i = scores.Length - 1; i >= 0; i--)
        {
            hits += given[i] ? 1 : 0;
            var f1 = 2.0 * hits / (scores.Length - i + positives);
            if (f1 > best && (i == 0 || scores[i - 1] < scores[i]))
            {
                (best, threshold) = (f1, i == 0 ? scores[0] - 1 : (scores[i - 1] + (double)scores[i]) / 2);
            }
        }

        // Kept away from 0 and 1, which no logit reaches.
        return Math.Clamp(1 / (1 + Math.Exp(-threshold)), 1e-6, 1 - 1e-6);
    }
}
