using System.Globalization;
using MaaS.Primitives.Display;
using MaaS.Primitives.Pages;
using MaaS.Tabular.Explanations;
using MaaS.Tabular.Export;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Tables;
using MaaS.Training.Reports;
using MaaS.Training.Tuning.Pages;
using static System.FormattableString;

namespace MaaS.Tabular.Pipelines;

/// <summary>A page on a trained model: scores, leaderboard, mistakes, and what it looks at.</summary>
internal static class TabularReport
{
    private const int MostBars = 20;

    /// <summary>The page.</summary>
    /// <param name="model">What was trained.</param>
    /// <param name="explanation">What it looks at.</param>
    /// <param name="latency">How long ONNX Runtime takes for a row; null where it was not measured.</param>
    public static string Render(TabularModel model, TabularExplanation explanation, RowLatency? latency)
    {
        var interval = model.TestInterval;
        var page = new ReportPage($"{model.Label}: {model.Best}")
            .Paragraph(ReportPage.Encode(Invariant(
                $"{model.Metric.Name} {interval.Value:0.0000} on {model.Test.Rows} rows that were held back, between ")
                + Invariant($"{interval.Low:0.0000} and {interval.High:0.0000} in {interval.Level:0%} of draws.")))
            .Heading("On the rows held back")
            .Html(HtmlTable.Render(
                [
                    ["measure", "value"],
                    .. model.TestScores.Select(static s => new[] { s.Key, ReportPage.Ratio(s.Value) }),
                ], 1))
            .Charts(Predicted(model))
            .Heading("Candidates in cross-validation")
            .Html(HtmlTable.Render(
                [
                    ["candidate", model.Leaderboard.Metric, "95 % interval", "p against best", "fit s", "row ms"],
                    .. model.Leaderboard.Rows.Select(static r => new[]
                    {
                        r.Name, ReportPage.Ratio(r.Mean), $"{ReportPage.Ratio(r.Low)} to {ReportPage.Ratio(r.High)}",
                        Invariant($"{r.P:0.000}"), Invariant($"{r.FitSeconds:0.000}"),
                        Invariant($"{r.RowMilliseconds:0.000}"),
                    }),
                ], 1))
            .Note("The best of many looks a little better in cross-validation than it is: what counts stands above.");
        foreach (var part in model.Members)
        {
            page.Note(part);
        }

        page.Heading("What it looks at").Charts(Explained(model, explanation));
        foreach (var part in explanation.LeftOut)
        {
            page.Note($"The time did not suffice for {part}.");
        }

        page.Heading("How it was made").Facts(
        [
            .. model.Notes.Select(static n => ("note", n)),
            .. model.Parameters.Select(static p => (p.Key, p.Value)),
            ("rows", $"{model.Train.Rows} to learn from, {model.Test.Rows} held back"),
            ("seed", $"{model.Seed}"),
            .. latency is null ? [] : new[]
            {
                ("a row in ONNX Runtime", Invariant(
                    $"{latency.P50:0.000} ms (median), {latency.P99:0.000} ms (99 of 100)")),
            },
        ]);
        return page.End();
    }

    private static IReadOnlyList<ReportFigure> Predicted(TabularModel model)
    {
        var predictions = model.Predict(model.Test);
        return model.Task == TabularTask.Regression
            ? RunFigures.Regression([new RegressedSamples(model.Best, predictions.Values, model.TestTarget.Values)])
            : RunFigures.Classification(
            [
                new ClassifiedSamples(
                    model.Best, model.Classes, Array.ConvertAll(predictions.Values, static p => (float)p),
                    Array.ConvertAll(model.TestTarget.Values, static y => (int)y)),
            ]);
    }

    private static List<ReportFigure> Explained(TabularModel model, TabularExplanation explanation)
    {
        List<ReportFigure> figures = [];
        if (explanation.Importances.Count > 0)
        {
            figures.Add(new(
                "Permutation importance",
                Bars([.. explanation.Importances.Select(static i => (i.Name, Math.Max(0, i.Mean)))]),
                $"loss of {model.Metric.Name} without the order of a column, shares"));
        }

        if (explanation.Contributions.Count > 0)
        {
            var how = explanation.IsExact ? "exact" : "sampled";
            figures.Add(new(
                "Shapley values", Bars(explanation.Contributions),
                    $"mean size, of the {explanation.Explained}, {how}; shares"));
        }

        figures.AddRange(explanation.Dependences.Select(d => Dependence(model, d)));
        return figures;
    }

    private static string Bars(IReadOnlyList<(string Name, double Value)> values)
    {
        var sum = Math.Max(values.Sum(static v => v.Value), double.Epsilon);
        return ImportanceChart.Draw([.. values.Take(MostBars).Select(v => (v.Name, v.Value / sum))]);
    }

    private static ReportFigure Dependence(TabularModel model, PartialDependence dependence)
    {
        int[] outputs = model.Task == TabularTask.Regression ? [0] : model.Classes.Count == 2 ? [1]
            : [.. Enumerable.Range(0, Math.Min(3, model.Classes.Count))];
        string Name(int k) => model.Task == TabularTask.Regression ? model.Label : model.Classes[k];
        var title = $"{dependence.Column}: mean prediction";
        // Codes are categories whose texts may parse as numbers.
        var isNumber = dependence.Values.Count > 1 && model.Train[dependence.Column].Kind == ColumnKind.Number;
        if (!isNumber)
        {
            return new(title, HtmlTable.Render(
                [
                    [dependence.Column, .. outputs.Select(Name)],
                    .. dependence.Values.Select((value, i) => (string[])
                        [value, .. outputs.Select(k => ReportPage.Ratio(dependence.Predictions[i, k]))]),
                ], 1));
        }

        return new(title, LineChart.Draw(
            dependence.Column, "mean prediction",
            [
                .. outputs.Select(k => new LineChart.Line(
                    Name(k),
                    [
                        .. dependence.Values.Select((value, i) => (
                            double.Parse(value, CultureInfo.InvariantCulture), dependence.Predictions[i, k])),
                    ])),
            ]));
    }
}
