namespace MaaS.Text.Terms;

/// <summary>Which terms <see cref="TfIdf"/> keeps.</summary>
public sealed record TfIdfOptions
{
    /// <summary>In how many texts a term must stand to be kept, 1 or more.</summary>
    public int MinimumTexts { get; init; } = 2;

    /// <summary>The most terms that are kept, those that are written most often, 1 or more; null for any
    /// number.</summary>
    public int? MostTerms { get; init; }

    /// <summary>Whether pairs of neighbouring words are terms as well.</summary>
    public bool Pairs { get; init; } = true;
}
