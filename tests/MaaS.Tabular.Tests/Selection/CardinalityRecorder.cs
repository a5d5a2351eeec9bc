using MaaS.Tabular.Features;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Tests.Selection;

/// <summary>A baseline that notes what it is told of its features.</summary>
internal sealed class CardinalityRecorder : IColumnLearner
{
    /// <summary>Two numbers of chance and the city that says the class.</summary>
    public static Table Table { get; } = Sample();

    public static Target Classes { get; } =
        Target.OfClasses([.. Enumerable.Range(0, 60).Select(static i => i % 3 == 0 ? 1 : 0)], ["a", "b"]);

    /// <summary>The cardinalities of each fit; empty where it was told of none.</summary>
    public List<IReadOnlyList<int>> Seen { get; } = [];

    public string Name => "recorder";

    public FeatureOptions Features { get; } = new() { Encoding = CategoryEncoding.Ordinal };

    public bool Supports(TabularTask task) => true;

    public IFittedLearner Fit(
        Matrix features, Target target, double[]? weights = null, CancellationToken cancellationToken = default)
        => Fit([], features, target, weights, cancellationToken);

    public IFittedLearner Fit(
        IReadOnlyList<int> cardinalities, Matrix features, Target target, double[]? weights = null,
        CancellationToken cancellationToken = default)
    {
        Seen.Add(cardinalities);
        return new ConstantLearner().Fit(features, target, weights, cancellationToken);
    }

    private static Table Sample()
    {
        var random = new Random(3);
        string[] cities = ["Kyoto", "Nara", "Osaka"];
        double[] Noise() => [.. Enumerable.Range(0, 60).Select(_ => random.NextDouble())];
        return new Table(
        [
            new NumberColumn("x", Noise()), new NumberColumn("y", Noise()),
            new StringColumn("city", [.. Enumerable.Range(0, 60).Select(i => cities[i % 3])]),
        ]);
    }
}
