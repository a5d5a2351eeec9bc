using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using MaaS.Registry.Storage;

namespace MaaS.Registry.Studies;

/// <summary>Reads trials out of the tables.</summary>
internal static class TrialRows
{
    public const string Columns =
        "number, state, origin, parameters, results, attributes, note, attempts, worker, created, started, ended";

    public static string Text(TrialState state) => state.ToString().ToLowerInvariant();

    public static string? Text(IReadOnlyList<double>? values)
        => values is null ? null
            : $"[{string.Join(',', values.Select(static v => v.ToString("R", CultureInfo.InvariantCulture)))}]";

    public static async Task<List<TrialRecord>> ReadAsync(
        DbConnection connection, DbTransaction? transaction, long study, string condition,
        CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
        => await connection.QueryAsync(
            $"SELECT {Columns} FROM trials WHERE study = @study AND {condition} ORDER BY number", transaction, Read,
            cancellationToken, [("@study", study), .. parameters]).ConfigureAwait(false);

    /// <summary>The same trials with what they reported.</summary>
    public static async Task<List<TrialRecord>> WithReportsAsync(
        DbConnection connection, long study, List<TrialRecord> trials, CancellationToken cancellationToken)
    {
        var reports = (await connection.QueryAsync(
            "SELECT trial, step, value FROM reports WHERE study = @study", null,
            static r => (Trial: r.GetInt64(0), Step: r.GetInt64(1), Value: r.IsDBNull(2) ? double.NaN : r.GetDouble(2)),
            cancellationToken, ("@study", study)).ConfigureAwait(false)).ToLookup(static r => r.Trial);
        return trials.ConvertAll(
            t => t with { Reports = reports[t.Number].ToDictionary(static r => r.Step, static r => r.Value) });
    }

    private static TrialRecord Read(DbDataReader row) => new()
    {
        Number = row.GetInt64(0),
        State = Enum.Parse<TrialState>(row.GetString(1), ignoreCase: true),
        Origin = row.TextOrNull(2),
        Parameters = row.TextOrNull(3) is { } parameters ? ParameterText.Read(parameters) : null,
        Values = row.TextOrNull(4) is { } values ? Numbers(values) : null,
        Attributes = row.TextOrNull(5) is { } attributes
            ? ParameterText.Read(attributes) : new Dictionary<string, ParameterValue>(),
        Note = row.TextOrNull(6),
        Attempts = row.GetInt32(7),
        Worker = row.TextOrNull(8),
        Created = Time(row.GetInt64(9)),
        Started = row.NumberOrNull(10) is { } started ? Time(started) : null,
        Ended = row.NumberOrNull(11) is { } ended ? Time(ended) : null,
    };

    private static double[] Numbers(string text)
    {
        using var document = JsonDocument.Parse(text);
        return [.. document.RootElement.EnumerateArray().Select(static v => v.GetDouble())];
    }

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
