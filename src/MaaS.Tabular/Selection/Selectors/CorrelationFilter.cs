using System.Numerics.Tensors;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Selection.Selectors;

/// <summary>Of two features that say nearly the same the later one goes.</summary>
public sealed class CorrelationFilter : IFeatureSelector
{
    /// <summary>The absolute correlation (Pearson's) with a feature that stays, above which one goes; above 0 and at
    /// most 1.</summary>
    public double Threshold { get; init; } = 0.95;

    /// <inheritdoc/>
    public string Name => "correlation-filter";

    /// <inheritdoc/>
    public int[] Choose(
        Matrix features, Target target, double[]? weights = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(features);
        List<int> chosen = [];
        var scaled = Enumerable.Range(0, features.Columns).Select(f => Scaled(features.Column(f))).ToArray();
        for (var f = 0; f < features.Columns; f++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!chosen.Any(other => Math.Abs(TensorPrimitives.Dot<double>(scaled[f], scaled[other])) > Threshold))
            {
                chosen.Add(f);
            }
        }

        return [.. chosen];
    }

    // Centred, of length 1; a constant feature is 0.
    private static double[] Scaled(double[] values)
    {
        var mean = values.Average();
        values = Array.ConvertAll(values, v => v - mean);
        var length = Math.Sqrt(TensorPrimitives.Dot<double>(values, values));
        return length > 0 ? Array.ConvertAll(values, v => v / length) : values;
    }
}
