namespace MaaS.Training.Baselines;

/// <summary>Settings of <see cref="TfIdfBaseline"/>.</summary>
public sealed record TfIdfBaselineOptions
{
    /// <summary>In how many training texts a term must stand to be used, at least 1.</summary>
    public int MinimumTexts { get; init; } = 2;

    /// <summary>How freely weights may grow, above 0; scikit-learn's C.</summary>
    public double InverseRegularization { get; init; } = 10;

    /// <summary>(classes), how much a sample of each class counts; null for 1 each.</summary>
    public IReadOnlyList<double>? ClassWeights { get; init; }
}
