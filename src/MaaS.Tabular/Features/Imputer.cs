namespace MaaS.Tabular.Features;

/// <summary>Finds what stands for missing numbers.</summary>
internal static class Imputer
{
    /// <summary>The value that fills; 0 where no value is known.</summary>
    public static double Fill(Imputation rule, ReadOnlySpan<double> values)
    {
        var sorted = Quantiles.Sorted(values);
        return rule switch
        {
            Imputation.None => double.NaN,
            _ when sorted.Length == 0 => 0,
            Imputation.Zero => 0,
            Imputation.Mean => sorted.Average(),
            Imputation.Median => Quantiles.At(sorted, 0.5),
            Imputation.Mode => sorted.GroupBy(static v => v).MaxBy(static g => g.Count())!.Key,
            _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, "Expected one of the imputations."),
        };
    }
}
