namespace MaaS.Tabular.Networks;

/// <summary>Which features are numbers and which are places of categories.</summary>
/// <param name="Numbers">Features that are numbers.</param>
/// <param name="Categories">Features that are categories.</param>
/// <param name="Cardinalities">How many categories each of those has; one more stands for unseen and missing
/// ones.</param>
public sealed record ColumnLayout(
    IReadOnlyList<int> Numbers, IReadOnlyList<int> Categories, IReadOnlyList<int> Cardinalities)
{
    /// <summary>Number of features.</summary>
    public int Count => Numbers.Count + Categories.Count;

    /// <summary>The layout of fitted features.</summary>
    /// <param name="cardinalities">0 for a number; see <see cref="Features.FittedFeatures.Cardinalities"/>.</param>
    public static ColumnLayout Of(IReadOnlyList<int> cardinalities)
    {
        ArgumentNullException.ThrowIfNull(cardinalities);
        int[] categories = [.. Enumerable.Range(0, cardinalities.Count).Where(f => cardinalities[f] > 0)];
        return new ColumnLayout(
            [.. Enumerable.Range(0, cardinalities.Count).Except(categories)], categories,
            [.. categories.Select(f => cardinalities[f])]);
    }
}
