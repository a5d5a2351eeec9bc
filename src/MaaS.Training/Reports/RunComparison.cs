using MaaS.Primitives.Files;
using MaaS.Registry.Runs;

namespace MaaS.Training.Reports;

/// <summary>Runs beside each other: what they depended on, where that differs, their metrics, and a page with the
/// curves laid over each other.</summary>
public sealed class RunComparison
{
    /// <summary>So many runs can be told apart in one picture.</summary>
    public const int MostRuns = 6;

    private readonly IReadOnlyList<RunCurves> _curves;

    private RunComparison(IReadOnlyList<RunRecord> runs, IReadOnlyList<RunCurves> curves)
    {
        (Runs, _curves) = (runs, curves);
        Differences = [.. Values(static r => r.Values.Parameters), .. Values(static r => r.Values.Data)];
        Metrics =
        [
            .. runs.SelectMany(static r => r.Metrics.Select(static m => m.Name)).Distinct()
                .Order(StringComparer.Ordinal)
                .Select(name => new ComparedMetric(
                    name, [.. runs.Select(r => r.Metrics.FirstOrDefault(m => m.Name == name)?.Last)])),
        ];
    }

    /// <summary>The runs, in the order in which they were named.</summary>
    public IReadOnlyList<RunRecord> Runs { get; }

    /// <summary>Parameters and data that are not the same in all runs.</summary>
    public IReadOnlyList<ComparedValue> Differences { get; }

    /// <summary>The last value of every metric; null where a run has none.</summary>
    public IReadOnlyList<ComparedMetric> Metrics { get; }

    /// <summary>Reads runs out of a registry.</summary>
    /// <param name="store">Where they are.</param>
    /// <param name="runs">Identifiers, their beginnings, or names; two to <see cref="MostRuns"/>.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ArgumentException">Too few or too many.</exception>
    /// <exception cref="KeyNotFoundException">There is no such run.</exception>
    public static async Task<RunComparison> LoadAsync(
        RunStore store, IReadOnlyList<string> runs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(runs);
        if (runs.Count is < 2 or > MostRuns)
        {
            throw new ArgumentException($"Runs: expected 2 to {MostRuns} runs to compare, got {runs.Count}.");
        }

        List<RunRecord> records = [];
        foreach (var run in runs)
        {
            records.Add(await store.GetAsync(run, cancellationToken).ConfigureAwait(false));
        }

        List<RunCurves> curves = [];
        foreach (var metric in records.SelectMany(static r => r.Metrics).Where(static m => m.Count > 1)
            .Select(static m => m.Name).Distinct().Order(StringComparer.Ordinal))
        {
            List<IReadOnlyList<MetricPoint>> points = [];
            foreach (var record in records)
            {
                points.Add(await store.MetricAsync(record.Id, metric, cancellationToken).ConfigureAwait(false));
            }

            curves.Add(new RunCurves(metric, points));
        }

        return new RunComparison(records, curves);
    }

    /// <summary>Writes the page: one file, without scripts.</summary>
    /// <param name="path">Written whole or not at all.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save(string path) => AtomicFile.WriteText(path, RunComparisonPage.Render(this, _curves));

    private IEnumerable<ComparedValue> Values(Func<RunRecord, IReadOnlyDictionary<string, string>> values)
        => Runs.SelectMany(r => values(r).Keys).Distinct().Order(StringComparer.Ordinal)
            .Select(name => new ComparedValue(
                name, [.. Runs.Select(r => values(r).TryGetValue(name, out var value) ? value : "")]))
            .Where(static v => v.Values.Distinct().Count() > 1);
}
