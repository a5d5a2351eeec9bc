using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Selection.Selectors;

/// <summary>Features whose variance is above a threshold stay.</summary>
/// <remarks>scikit-learn's <c>VarianceThreshold</c>. Scaled features all have variance 1: use it with
/// <c>Scaling.None</c>.</remarks>
public sealed class VarianceThreshold : IFeatureSelector
{
    /// <summary>The variance (of the population) that does not suffice, 0 or more; 0 leaves constant features
    /// out.</summary>
    public double Threshold { get; init; }

    /// <inheritdoc/>
    public string Name => "variance";

    /// <inheritdoc/>
    public int[] Choose(
        Matrix features, Target target, double[]? weights = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(features);
        return FeatureRanking.Where(
            features.Columns, f => Variance(features.Column(f)) > Threshold, Name, "lower the threshold");
    }

    // Of a constant feature rounding may leave some variance, but no range.
    private double Variance(double[] values)
    {
        var mean = values.Average();
        var variance = values.Average(v => (v - mean) * (v - mean));
        return Threshold == 0 ? Math.Min(variance, values.Max() - values.Min()) : variance;
    }
}
