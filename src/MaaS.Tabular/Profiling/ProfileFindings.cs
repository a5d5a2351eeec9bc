using MaaS.Tabular.Tables;
using MaaS.Text.Cleaning;

namespace MaaS.Tabular.Profiling;

/// <summary>What a profile says to people, the gravest first.</summary>
internal static class ProfileFindings
{
    private const double MuchMissing = 0.5, ManyOutliers = 0.05, RareClass = 0.05, NearlySame = 0.98;

    public static IReadOnlyList<string> Of(TableProfile profile, string? labelFault) =>
    [
        .. labelFault is null ? [] : new[] { labelFault },
        .. profile.Leaks.Select(static leak => leak.Column == LeakSuspect.RowOrder
            ? $"The order of the rows gives the label away ({leak.Metric} {leak.Score:0.000}): the table is sorted by "
                + "it; see that no column follows the order."
            : $"'{leak.Column}' alone predicts the label ({leak.Metric} {leak.Score:0.000} on rows that were not "
                + "learned from): if it is known only when the label is, leave it out."),
        .. profile.Columns.SelectMany(static c => c.Personal.Select(p =>
            $"'{c.Name}' holds {Name(p)} in {p.Rows} rows, first in row {p.FirstRow}: mask it or leave it out.")),
        .. profile.Columns.Where(static c => c.HasPersonalName && c.Personal.Count == 0).Select(static c =>
            $"'{c.Name}' is named as personal data are: see what it holds."),
        .. profile.Columns.Where(c => c.IsIdentifier && c.Name != profile.Label).Select(static c =>
            $"'{c.Name}' is another in every row, as an identifier is: leave it out."),
        .. profile.Label is null ? [] : profile.Columns.Where(c => c.Kind == ColumnKind.Date && c.Name != profile.Label)
            .Select(static c =>
                $"'{c.Name}' holds dates: where the model is to predict what comes, split by time, so that nothing "
                    + "later teaches what was earlier."),
        .. Label(profile),
        .. profile.Columns.Where(static c => c.Distinct <= 1 && c.Missing == 0).Select(static c =>
            $"'{c.Name}' is the same in every row: leave it out."),
        .. profile.Columns.Where(c => c.Missing > MuchMissing * profile.Rows).Select(c =>
            $"'{c.Name}' is missing in {c.Missing} of {profile.Rows} rows."),
        .. profile.DuplicateRows == 0 ? [] : new[]
        {
            $"{profile.DuplicateRows} rows are equal to earlier ones: on both sides of a split they make scores look "
                + "better than they are.",
        },
        .. profile.Associations
            .Where(static a => Math.Abs(a.Value) >= NearlySame && a.Measure != AssociationMeasure.Pearson)
            .Where(a => a.First != profile.Label && a.Second != profile.Label).Select(static a =>
                $"'{a.First}' and '{a.Second}' say nearly the same ({ProfilePage.Name(a.Measure)} {a.Value:0.000})."),
        .. profile.Columns.Where(c => c.Kind == ColumnKind.Number && c.Numbers?.Outliers > ManyOutliers * profile.Rows)
            .Select(static c =>
                $"'{c.Name}' has {c.Numbers!.Outliers} outliers, below {c.Numbers.LowerFence:g4} or above "
                    + $"{c.Numbers.UpperFence:g4}."),
    ];

    private static IEnumerable<string> Label(TableProfile profile)
    {
        var label = profile.Columns.FirstOrDefault(c => c.Name == profile.Label);
        if (label?.Missing > 0)
        {
            yield return $"The label is missing in {label.Missing} rows: training refuses them; leave them out.";
        }

        var rare = label?.Values.Where(v => v.Count < RareClass * (profile.Rows - label.Missing)).ToArray() ?? [];
        if (rare.Length > 0 && label!.Distinct <= label.Values.Count)
        {
            yield return $"The label's rarest classes: {string.Join(
                ", ", rare.Reverse().Take(5).Select(static v => $"'{v.Value}' in {v.Count} rows"))}; accuracy says "
                    + "little of them.";
        }
    }

    private static string Name(PersonalFinding finding) => finding.Kind switch
    {
        PersonalDataKind.Email => "e-mail addresses",
        PersonalDataKind.Iban => "account numbers (IBAN)",
        PersonalDataKind.Card => "card numbers",
        PersonalDataKind.IpAddress => "IP addresses",
        _ => "telephone numbers",
    };
}
