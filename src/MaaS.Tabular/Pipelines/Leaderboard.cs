using System.Text.Json;
using System.Text.Json.Serialization;
using MaaS.Primitives.Display;

namespace MaaS.Tabular.Pipelines;

/// <summary>A candidate's scores in cross-validation.</summary>
/// <param name="Name">The candidate.</param>
/// <param name="Mean">Mean score.</param>
/// <param name="StandardError">Standard deviation over the root of the number of scores.</param>
/// <param name="P">Probability of such a distance to the best if there were none, by the corrected resampled t-test; 1
/// for the best itself.</param>
/// <param name="FitSeconds">Mean time of one fit, features included.</param>
public sealed record LeaderboardRow(string Name, double Mean, double StandardError, double P, double FitSeconds)
{
    /// <summary>The lower bound of the mean's 95 % interval
    /// (<see cref="Selection.CorrectedTTest.Interval"/>).</summary>
    public double Low { get; init; }

    /// <summary>The upper bound.</summary>
    public double High { get; init; }

    /// <summary>Median time of predicting one row in this process, features included.</summary>
    public double RowMilliseconds { get; init; }
}

/// <summary>The candidates, the best first.</summary>
/// <param name="Metric">What was measured.</param>
/// <param name="Rows">One a candidate.</param>
/// <param name="Unfinished">Candidates that the budget left no time for.</param>
public sealed record Leaderboard(string Metric, IReadOnlyList<LeaderboardRow> Rows, IReadOnlyList<string> Unfinished)
{
    /// <summary>The table as indented JSON; numbers that are not finite stand as "NaN".</summary>
    public string ToJson() => JsonSerializer.Serialize(this, LeaderboardJson.Default.Leaderboard);

    /// <summary>The table as text.</summary>
    public override string ToString()
    {
        List<string[]> rows = [["candidate", Metric, "95 % interval", "p against best", "fit s", "row ms"]];
        rows.AddRange(Rows.Select(static r => new[]
        {
            r.Name, $"{r.Mean:0.0000}", $"{r.Low:0.0000} to {r.High:0.0000}", $"{r.P:0.000}", $"{r.FitSeconds:0.000}",
            $"{r.RowMilliseconds:0.000}",
        }));
        rows.AddRange(Unfinished.Select(static name => new[] { name, "no time left" }));
        return TextTable.Render(rows, 1);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(Leaderboard))]
internal sealed partial class LeaderboardJson : JsonSerializerContext;
