using System.Text.Json;
using System.Text.Json.Serialization;
using MaaS.Primitives.Files;
using MaaS.Tabular.Cleaning;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Profiling;

/// <summary>What a table holds: how its columns are spread, what is missing, unusual or twice, what goes together, what
/// gives the label away, and what is personal.</summary>
/// <param name="Name">What the table is called.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Columns">One a column, in order.</param>
/// <param name="DuplicateRows">Rows that are equal to an earlier one.</param>
/// <param name="Associations">Pairs of columns.</param>
/// <param name="AssociationRows">Rows that those and the leaks were found on.</param>
/// <param name="Label">The column to be predicted; null for none.</param>
/// <param name="Leaks">What gives it away.</param>
/// <param name="Findings">What to look at, for people; the gravest first.</param>
public sealed record TableProfile(
    string Name, int Rows, IReadOnlyList<ColumnProfile> Columns, int DuplicateRows,
    IReadOnlyList<Association> Associations, int AssociationRows, string? Label, IReadOnlyList<LeakSuspect> Leaks,
    IReadOnlyList<string> Findings)
{
    /// <summary>Looks at a table.</summary>
    /// <param name="table">All of its rows are looked at; correlations and leaks on a draw where there are
    /// many.</param>
    /// <param name="options">Label and limits; null for the defaults.</param>
    /// <param name="cancellationToken">Checked between columns and pairs.</param>
    /// <exception cref="KeyNotFoundException">The label is no column.</exception>
    public static TableProfile Of(
        Table table, ProfileOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        options ??= new ProfileOptions();
        options.Check();
        _ = options.Label is { } label ? table[label] : null;
        List<ColumnProfile> columns = [];
        foreach (var column in table.Columns)
        {
            cancellationToken.ThrowIfCancellationRequested();
            columns.Add(ColumnSummary.Of(column));
        }

        var drawn = Draw(table, options);
        var (leaks, fault) = FindLeaks(drawn, options, cancellationToken);
        if (fault is not null && columns.Single(c => c.Name == options.Label).IsPersonal)
        {
            // What is wrong is said with the value that it is wrong of.
            fault = $"label '{options.Label}': it cannot be learned; its values are or may be personal.";
        }

        var profile = new TableProfile(
            options.Name, table.Rows, columns, new DropDuplicates().Apply(table).Rows,
            Profiling.Associations.Of(drawn, options.MostCorrelated, cancellationToken), drawn.Rows, options.Label,
            leaks, []);
        return profile with { Findings = ProfileFindings.Of(profile, fault) };
    }

    /// <summary>The profile as indented JSON; numbers that are not finite stand as "NaN". Of personal data it holds
    /// counts and rows, no value.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, TableProfileJson.Default.TableProfile);

    /// <summary>The profile as one HTML page without scripts, which asks nothing of the network.</summary>
    public string ToHtml() => ProfilePage.Render(this);

    /// <summary>Writes the page to a file, whole or not at all.</summary>
    public void SaveHtml(string path) => AtomicFile.WriteText(path, ToHtml());

    // In the order of the table, which leaks may hang on.
    private static Table Draw(Table table, ProfileOptions options)
    {
        if (table.Rows <= options.MostRows)
        {
            return table;
        }

        int[] rows = [.. Enumerable.Range(0, table.Rows)];
        new Random(options.Seed).Shuffle(rows);
        rows = rows[..options.MostRows];
        Array.Sort(rows);
        return table.Take(rows);
    }

    // A label that cannot be learned is a finding; the rest of the table can be looked at all the same.
    private static (IReadOnlyList<LeakSuspect> Leaks, string? Fault) FindLeaks(
        Table table, ProfileOptions options, CancellationToken cancellationToken)
    {
        if (options.Label is null)
        {
            return ([], null);
        }

        try
        {
            var labelled = new DropMissing(options.Label).Apply(table).Table;
            return (LeakSearch.Find(labelled, options, cancellationToken), null);
        }
        catch (InvalidDataException e)
        {
            return ([], e.Message);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(TableProfile))]
internal sealed partial class TableProfileJson : JsonSerializerContext;
