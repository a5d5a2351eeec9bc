using System.Globalization;
using System.Text;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Pipelines;

/// <summary>What a model is, what it was measured by and where its limits are, in Markdown.</summary>
/// <remarks>Mitchell et al., Model Cards for Model Reporting, 2019.</remarks>
internal static class ModelCard
{
    private const int MostRows = 10;

    public static string Write(TabularModel model, string name)
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
        var what = model.Task == TabularTask.Classification
            ? $"one of {model.Classes.Count} classes ({string.Join(", ", model.Classes.Take(MostRows))})" : "a number";
        Line($"# {name}");
        Line($"");
        Line($"Predicts `{model.Label}`, {what}, from {model.Fit.Schema.Columns.Count} columns: {model.Best}.");
        Line($"");
        Line($"## Measured");
        Line($"");
        Line($"On {model.Test.Rows} rows that were held back; nothing was chosen by them. {model.Metric.Name}:");
        var interval = model.TestInterval;
        Line($"{interval.Value:0.0000}, between {interval.Low:0.0000} and {interval.High:0.0000}");
        Line($"in {interval.Level:0%} of draws of these rows.");
        Line($"");
        Line($"| measure | value |");
        Line($"|---|---|");
        foreach (var (measure, value) in model.TestScores)
        {
            Line($"| {measure} | {value:0.0000} |");
        }

        Line($"");
        Line($"## Compared");
        Line($"");
        Line($"In cross-validation on {model.Train.Rows} rows.");
        Line($"The best of many looks a little better there than it is.");
        Line($"");
        Line($"| candidate | {model.Leaderboard.Metric} | 95 % interval |");
        Line($"|---|---|---|");
        foreach (var row in model.Leaderboard.Rows.Take(MostRows))
        {
            Line($"| {row.Name} | {row.Mean:0.0000} | {row.Low:0.0000} to {row.High:0.0000} |");
        }

        Line($"");
        Line($"## Columns");
        Line($"");
        foreach (var column in model.Fit.Schema.Columns)
        {
            var (kind, missing) = (column.Kind.ToString().ToLowerInvariant(), model.Train[column.Name].Missing);
            Line($"- `{column.Name}`: {kind}, {missing} of {model.Train.Rows} missing");
        }

        Line($"");
        Line($"## Limits");
        Line($"");
        foreach (var note in model.Notes)
        {
            Line($"- {note}");
        }

        Line($"- it knows rows like those that it learned from; other categories are answered as unseen ones");
        if (model.Parameters.Count + model.Members.Count > 0)
        {
            Line($"");
            Line($"## Made of");
            Line($"");
            foreach (var part in model.Members.Concat(model.Parameters.Select(static p => $"{p.Key} = {p.Value}")))
            {
                Line($"- {part}");
            }
        }

        return text.ToString();
    }
}
