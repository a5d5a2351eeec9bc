using MaaS.Tabular.Features;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Profiling;

/// <summary>Finds what is known of a column.</summary>
internal static class ColumnSummary
{
    private const int MostValues = 20, FewestOfIdentifiers = 20;

    public static ColumnProfile Of(Column column)
    {
        var profile = column is NumberColumn numbers ? OfNumbers(numbers) : OfTexts((StringColumn)column);
        profile = profile with
        {
            Personal = PersonalSearch.Find(column),
            HasPersonalName = PersonalSearch.IsPersonal(column.Name),
            IsIdentifier = column.Count >= FewestOfIdentifiers && profile.Distinct == column.Count && IsCode(column),
        };
        // The extremes and the frequent values of personal data are personal data.
        return profile.IsPersonal ? profile with { Numbers = null, Values = [], Histogram = null } : profile;
    }

    private static ColumnProfile OfNumbers(NumberColumn column)
    {
        var sorted = Quantiles.Sorted(column.Values);
        var profile = new ColumnProfile(
            column.Name, column.Kind, column.Count - sorted.Length, sorted.Distinct().Count());
        return sorted.Length == 0 ? profile
            : column.Kind == ColumnKind.Boolean
            ? profile with
            {
                Numbers = NumberProfile.Of(sorted),
                Values = [.. sorted.CountBy(static v => v).OrderByDescending(static c => c.Value)
                    .ThenBy(static c => c.Key)
                    .Select(static c => new ValueCount(CellText.Write(ColumnKind.Boolean, c.Key), c.Value))],
            }
            : profile with { Numbers = NumberProfile.Of(sorted), Histogram = Histogram.Of(sorted) };
    }

    private static ColumnProfile OfTexts(StringColumn column)
    {
        var counts = column.Values.ToArray().OfType<string>().CountBy(static t => t, StringComparer.Ordinal).ToArray();
        var profile = new ColumnProfile(column.Name, column.Kind, column.Missing, counts.Length);
        if (column.Kind == ColumnKind.Text)
        {
            var lengths = column.Values.ToArray().OfType<string>().Select(static t => (double)t.Length).ToArray();
            Array.Sort(lengths);
            return lengths.Length == 0 ? profile : profile with { Histogram = Histogram.Of(lengths) };
        }

        return profile with
        {
            Values = [.. counts.OrderByDescending(static c => c.Value).ThenBy(static c => c.Key, StringComparer.Ordinal)
                .Take(MostValues).Select(static c => new ValueCount(c.Key, c.Value))],
        };
    }

    // Measures are different in every row as well; whole numbers and categories hardly are.
    private static bool IsCode(Column column) => column switch
    {
        NumberColumn { Kind: ColumnKind.Number } numbers
            => !numbers.Values.ToArray().Any(static v => v != Math.Floor(v)),
        { Kind: ColumnKind.Category } => true,
        _ => false,
    };
}
