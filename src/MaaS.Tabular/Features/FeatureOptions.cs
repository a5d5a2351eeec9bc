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

    /// <summary>Bins that numbers fall into, in the place of <see cref="Scaling"/>; null for none. Missing numbers must
    /// be imputed.</summary>
    public BinOptions? Bins { get; init; }

    /// <summary>Whether the products of every two scaled numbers are features as well, dates' numbers
    /// included.</summary>
    public bool Interactions { get; init; }

    /// <summary>What dates become. The time of day is left out where all training rows are at midnight.</summary>
    public DateFeatures Dates { get; init; } = DateFeatures.Parts | DateFeatures.TimeOfDay;

    /// <summary>How categories become numbers.</summary>
    public CategoryEncoding Encoding { get; init; } = CategoryEncoding.OneHot;

    /// <summary>Columns with more categories are target-encoded where <see cref="Encoding"/> is one-hot; 1 or
    /// more.</summary>
    public int MostOneHotCategories { get; init; } = 32;

    /// <summary>Features of a column in hashed encoding, 1 or more.</summary>
    public int HashedFeatures { get; init; } = 32;

    /// <summary>So many rows of the overall mean are added to each category in target encoding; above 0.</summary>
    public double TargetSmoothing { get; init; } = 10;

    /// <summary>Folds of target encoding, 2 or more.</summary>
    public int TargetFolds { get; init; } = 5;

    /// <summary>Seed of those folds.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Most words of a text column that become TF-IDF features, those that are written most often in the
    /// training rows and stand in two of them; 0 for no features of texts.</summary>
    public int TextTerms { get; init; } = 100;

    internal void Check()
    {
        if (Bins is not null && Imputation == Imputation.None)
        {
            throw new ArgumentException("features: expected an imputation beside Bins, got None.");
        }

        if (MostOneHotCategories < 1 || HashedFeatures < 1 || TargetFolds < 2 || !(TargetSmoothing > 0)
            || TextTerms < 0)
        {
            throw new ArgumentException(
                "features: expected MostOneHotCategories and HashedFeatures of 1 or more, TargetFolds of 2 or more, "
                    + $"TargetSmoothing above 0 and TextTerms of 0 or more, got {this}.");
        }
    }
}
