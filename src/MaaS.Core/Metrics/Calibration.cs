using System.Numerics.Tensors;

namespace MaaS.Core.Metrics;

/// <summary>Whether a classifier is right as often as it says: the samples by the probability of the class that it
/// chose.</summary>
/// <param name="Bins">Equal ranges of probability from 0 to 1; those without samples have 0 of everything.</param>
/// <param name="ExpectedError">The mean distance of accuracy from probability over the samples, 0 to 1.</param>
/// <param name="LargestError">The largest distance of a bin, 0 to 1.</param>
/// <remarks>Guo et al. 2017, "On Calibration of Modern Neural Networks", equations 3 and 5.</remarks>
public sealed record Calibration(IReadOnlyList<CalibrationBin> Bins, double ExpectedError, double LargestError)
{
    /// <summary>Counts samples into bins.</summary>
    /// <param name="probabilities">(N, C), row-major.</param>
    /// <param name="actual">(N), class indices.</param>
    /// <param name="bins">Number of bins, at least 1.</param>
    /// <exception cref="ArgumentException">The sizes do not fit, or a probability is NaN.</exception>
    public static Calibration From(ReadOnlySpan<float> probabilities, ReadOnlySpan<int> actual, int bins = 15)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        var classes = ScoreMatrix.Classes(nameof(Calibration), probabilities, actual);
        var (counts, confidences, hits) = (new long[bins], new double[bins], new long[bins]);
        for (var i = 0; i < actual.Length; i++)
        {
            var row = probabilities.Slice(i * classes, classes);
            var chosen = TensorPrimitives.IndexOfMax(row);
            // The lower edge is outside a bin and the upper one inside, as in the paper.
            var bin = Math.Clamp((int)Math.Ceiling((double)row[chosen] * bins) - 1, 0, bins - 1);
            counts[bin]++;
            confidences[bin] += row[chosen];
            hits[bin] += chosen == actual[i] ? 1 : 0;
        }

        var result = new CalibrationBin[bins];
        for (var b = 0; b < bins; b++)
        {
            var count = Math.Max(1, counts[b]);
            result[b] = new CalibrationBin(
                (double)b / bins, (double)(b + 1) / bins, counts[b], confidences[b] / count, (double)hits[b] / count);
        }

        return new Calibration(
            result, result.Sum(b => b.Count * b.Error) / actual.Length, result.Max(static b => b.Error));
    }
}

/// <summary>The samples of a range of probability.</summary>
/// <param name="Low">Lower edge, outside.</param>
/// <param name="High">Upper edge, inside.</param>
/// <param name="Count">Number of samples.</param>
/// <param name="Confidence">Mean probability of the chosen class.</param>
/// <param name="Accuracy">Share of the samples that were right.</param>
public sealed record CalibrationBin(double Low, double High, long Count, double Confidence, double Accuracy)
{
    /// <summary>Distance of accuracy from probability, 0 to 1; 0 without samples.</summary>
    public double Error => Count == 0 ? 0 : Math.Abs(Accuracy - Confidence);
}
