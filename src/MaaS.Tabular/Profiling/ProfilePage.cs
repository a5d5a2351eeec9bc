using System.Globalization;
using MaaS.Primitives.Pages;
using MaaS.Tabular.Tables;
using static MaaS.Primitives.Pages.ReportPage;

namespace MaaS.Tabular.Profiling;

/// <summary>A profile as one HTML page without scripts: a card a column, on a phone one below the other.</summary>
internal static class ProfilePage
{
    private const int MostPairs = 20;

    // What goes together less is as good as nothing.
    private const double Worth = 0.1;

    public static string Render(TableProfile profile)
    {
        var cells = (double)profile.Rows * profile.Columns.Count;
        var missing = profile.Columns.Sum(static c => (double)c.Missing);
        var page = new ReportPage($"{profile.Name}: what the table holds")
            .Facts(
            [
                ("rows", $"{profile.Rows:n0}"),
                ("columns", $"{profile.Columns.Count}: {Kinds(profile)}"),
                ("missing cells", $"{missing:n0} ({Share(missing / cells)})"),
                ("rows equal to earlier ones", $"{profile.DuplicateRows:n0}"),
                .. profile.Label is { } label ? new[] { ("label", label) } : [],
            ]);
        page.Heading("To look at");
        page.Html(profile.Findings.Count == 0 ? "<p>Nothing unusual was found.</p>"
            : $"<ul>{string.Concat(profile.Findings.Select(static f => $"<li>{Encode(f)}</li>"))}</ul>");
        page.Note("What is found hints; it does not prove, and what is not found may be there. Personal data are found "
            + "by how they are written (check digits of account and card numbers are computed) and by names of "
            + "columns.");
        page.Heading("Columns");
        page.Charts([.. profile.Columns.Select(c => Figure(c, profile.Rows))]);
        Associations(page, profile);
        return page.End();
    }

    private static string Kinds(TableProfile profile) => string.Join(
        ", ", profile.Columns.CountBy(static c => c.Kind).OrderBy(static c => c.Key)
            .Select(static c => c.Key == ColumnKind.Category ? $"{c.Value} of categories"
                : $"{c.Value} of {c.Key.ToString().ToLowerInvariant()}s"));

    private static ReportFigure Figure(ColumnProfile column, int rows)
    {
        var detail = column.Kind.ToString().ToLowerInvariant()
            + (column.Missing > 0 ? $", {Share((double)column.Missing / rows)} missing" : "")
            + $", {column.Distinct:n0} different";
        var content = column.IsPersonal
            ? "<p class=\"note\">Values are not shown: they are or may be personal.</p>"
            : column.Histogram is { } histogram ? ProfileChart.Draw($"{column.Name}: rows by value", column, histogram)
            : column.Values.Count > 0 ? Bars(column, rows) : "<p class=\"note\">Every cell is missing.</p>";
        return new ReportFigure(column.Name, content + Numbers(column) + Personal(column), detail);
    }

    private static string Numbers(ColumnProfile column)
    {
        if (column.Numbers is not { } numbers || column.Kind == ColumnKind.Boolean)
        {
            return "";
        }

        string Value(double value) => ProfileChart.Label(column.Kind, value);
        var facts = column.Kind == ColumnKind.Date
            ? $"from {Value(numbers.Minimum)} to {Value(numbers.Maximum)}, median {Value(numbers.Median)}"
            : $"mean {Value(numbers.Mean)}, standard deviation {Value(numbers.StandardDeviation)}; quartiles "
                + $"{Value(numbers.LowerQuartile)}, {Value(numbers.Median)}, {Value(numbers.UpperQuartile)}; from "
                + $"{Value(numbers.Minimum)} to {Value(numbers.Maximum)}; {numbers.Zeros:n0} zeros, "
                + $"{numbers.Outliers:n0} outliers";
        return $"<p class=\"note\">{Encode(facts)}</p>";
    }

    private static string Personal(ColumnProfile column) => string.Concat(column.Personal.Select(static p =>
        $"<p><b>{Encode(p.Kind.ToString())}</b> in {p.Rows:n0} rows, first in row {p.FirstRow:n0}</p>"));

    // The most frequent values.
    private static string Bars(ColumnProfile column, int rows)
    {
        var shown = column.Values.Take(8).ToArray();
        var most = shown.Max(static v => v.Count);
        var lines = string.Concat(shown.Select(v => string.Create(
            CultureInfo.InvariantCulture,
            $"<tr><th>{Encode(Short(v.Value))}</th><td><svg viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" "
                + $"aria-hidden=\"true\"><rect width=\"{100.0 * v.Count / most:0.0}\" height=\"8\" "
                + $"style=\"fill:var(--pen1,#0072B2)\"/></svg></td><td>{v.Count:n0}</td>"
                + $"<td>{Share((double)v.Count / rows)}</td></tr>")));
        var others = column.Distinct - shown.Length;
        return $"<table class=\"bars\">{lines}</table>"
            + (others > 0 ? $"<p class=\"note\">and {others:n0} others</p>" : "");
    }

    private static void Associations(ReportPage page, TableProfile profile)
    {
        if (profile.Associations.Count == 0)
        {
            return;
        }

        page.Heading("What goes together");
        if (AssociationGrid.Draw(profile.Associations) is { } grid)
        {
            page.Html($"<div class=\"wide\">{grid}</div>");
            page.Note("Numbers with numbers: Spearman's rank correlation; categories with categories: Cramér's V; "
                + "categories with numbers: correlation ratio. Blue goes together, orange against each other.");
        }

        var pairs = profile.Associations.Where(static a => Math.Abs(a.Value) >= Worth)
            .OrderByDescending(static a => Math.Abs(a.Value)).Take(MostPairs).ToArray();
        if (pairs.Length > 0)
        {
            page.Html("<div class=\"wide\"><table class=\"scores\"><thead><tr><th>columns</th><th>measure</th>"
                + "<th>value</th><th>rows</th></tr></thead><tbody>");
            foreach (var pair in pairs)
            {
                page.Html(string.Create(
                    CultureInfo.InvariantCulture,
                    $"<tr><td>{Encode(pair.First)} – {Encode(pair.Second)}</td><td>{Name(pair.Measure)}</td>"
                        + $"<td>{pair.Value:0.000}</td><td>{pair.Rows:n0}</td></tr>"));
            }

            page.Html("</tbody></table></div>");
        }

        page.Note(profile.AssociationRows < profile.Rows
            ? $"The {MostPairs} strongest, on {profile.AssociationRows:n0} rows drawn of {profile.Rows:n0}."
            : $"The {MostPairs} strongest, on the rows that have both.");
    }

    /// <summary>What a measure is called.</summary>
    public static string Name(AssociationMeasure measure) => measure switch
    {
        AssociationMeasure.CramersV => "Cramér's V",
        AssociationMeasure.CorrelationRatio => "correlation ratio",
        _ => measure.ToString(),
    };

    private static string Short(string text) => text.Length > 40 ? $"{text[..39]}…" : text;

    private static string Share(double share) => share.ToString(
        share is > 0 and < 0.001 ? "0.00 %" : "0.0 %", CultureInfo.InvariantCulture);
}
