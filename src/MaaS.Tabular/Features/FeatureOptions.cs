namespace MaaS.Tabular.Features;

/// <summary>How the columns of a table become features.</summary>
public sealed record FeatureOptions
{
    /// <summary>What stands for a missing number.</summary>
    public Imputation Imputation { get; init; } = Imputation.Median;

    /// <summary>Whether a feature says that a number is missing, where training rows lack some.</summary>
    public bool MissingIndicator { get; init; } = true;

    /// <summary>How the shape of numbers is changed.</summary>
    public NumberTransform Transform { get; init; } = NumberTransform.None;

    /// <summary>How numbers are brought to one scale.</summary>
    public Scaling Scaling { get; init; } = Scaling.Standard;

    /// <summary>How categories become numbers.</summary>
    public CategoryEncoding Encoding { get; init; } = CategoryEncoding.OneHot;

    /// <summary>Columns with more categories are target-encoded where <see cref="Encoding"/> is one-hot; 1 or
    /// more.</summary>
    public int MostOneHotCategories { get; init; } = 32;

    /// <summary>So many rows of the overall mean are added to each category in target encoding; above 0.</summary>
    public double TargetSmoothing { get; init; } = 10;

    /// <summary>Folds of target encoding, 2 or more.</summary>
    public int TargetFolds { get; init; } = 5;

    /// <summary>Seed of those folds.</summary>
    public int Seed { get; init; } = 1;
}
