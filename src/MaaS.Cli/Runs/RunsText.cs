using System.Globalization;
using MaaS.Primitives.Display;
using MaaS.Registry.Runs;
using MaaS.Training.Reports;

namespace MaaS.Cli.Runs;

/// <summary>Runs as people read them.</summary>
internal static class RunsText
{
    private const int MetricsOfLine = 3;

    public static string List(IReadOnlyList<RunRecord> runs)
        => runs.Count == 0 ? "no runs" : TextTable.Render(
            [
                ["run", "verb", "name", "outcome", "started", "took", "metrics"],
                .. runs.Select(static r => new[]
                {
                    r.Id, r.Kind, r.Name, Word(r.Outcome), $"{r.Started.ToLocalTime():yyyy-MM-dd HH:mm}", Took(r),
                    string.Join("  ", r.Metrics.OrderByDescending(static m => m.Name.StartsWith(
                        "test", StringComparison.Ordinal)).Take(MetricsOfLine).Select(
                            static m => $"{m.Name} {Number(m.Last)}")),
                }),
            ], 1);

    public static string Show(RunRecord run)
    {
        List<(string, string)> rows =
        [
            ("run", $"{run.Id} {run.Kind} {run.Name}"),
            ("outcome", run.Error is null ? Word(run.Outcome) : $"{Word(run.Outcome)}: {run.Error}"),
            ("started",
                $"{run.Started.ToLocalTime():yyyy-MM-dd HH:mm:ss} by {run.Who} on {run.Host}, took {Took(run)}"),
        ];
        if (run.Command is { } command)
        {
            rows.Add(("command", command));
        }

        rows.AddRange(run.Values.Parameters.Select(static p => ("parameter", $"{p.Key} = {p.Value}")));
        rows.AddRange(run.Values.Data.Select(static p => ("data", $"{p.Key} = {p.Value}")));
        rows.AddRange(run.Values.Environment.Select(static p => ("environment", $"{p.Key} = {p.Value}")));
        rows.AddRange(run.Values.Tags.Select(static p => ("tag", $"{p.Key} = {p.Value}")));
        rows.AddRange(run.Metrics.Select(static m => (
            "metric",
            m.Count == 1 ? $"{m.Name} {Number(m.Last)}"
                : $"{m.Name} {Number(m.Last)} at step {m.LastStep} (of {m.Count} values, {Number(m.Least)} to "
                    + $"{Number(m.Greatest)})")));
        rows.AddRange(run.Artifacts.Select(static a => ("file", $"{a.Name} {a.Bytes:n0} bytes {a.Sha256[..12]}…")));
        return string.Concat(rows.Select(static r => $"{r.Item1,-12} {r.Item2}\n"));
    }

    public static string Compare(RunComparison comparison)
        => TextTable.Render(
            [
                ["", .. comparison.Runs.Select(static r => r.Id)],
                ["name", .. comparison.Runs.Select(static r => r.Name)],
                ["outcome", .. comparison.Runs.Select(static r => Word(r.Outcome))],
                ["took", .. comparison.Runs.Select(Took)],
                .. comparison.Differences.Select(static d => new[] { d.Name }.Concat(d.Values).ToArray()),
                .. comparison.Metrics.Select(static m => new[] { m.Name }.Concat(m.Values.Select(Number)).ToArray()),
            ], 1);

    private static string Word(RunOutcome outcome) => outcome.ToString().ToLowerInvariant();

    private static string Took(RunRecord run)
        => run.Ended is not { } ended ? "" : (ended - run.Started) switch
        {
            { TotalMinutes: < 1 } time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
            { TotalDays: < 1 } time => time.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture),
            var time => time.ToString(@"d\.hh\:mm\:ss", CultureInfo.InvariantCulture),
        };

    private static string Number(double? value)
        => value is { } number ? number.ToString("g6", CultureInfo.InvariantCulture) : "";
}
