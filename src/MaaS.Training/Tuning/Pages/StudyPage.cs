using System.Globalization;
using MaaS.Primitives.Pages;
using MaaS.Registry.Studies;
using MaaS.Training.Tuning.Importance;
using static MaaS.Primitives.Pages.ReportPage;

namespace MaaS.Training.Tuning.Pages;

/// <summary>A study's result as one HTML page without scripts.</summary>
internal static class StudyPage
{
    private const int MostRows = 20;

    public static string Render(StudyResult result, string? command)
    {
        var page = new ReportPage($"Study {result.Name}").Paragraph(Encode(result.Summary));
        if (result.Complete.Count == 0)
        {
            return page.End();
        }

        if (command is not null)
        {
            page.Html($"<pre>{Encode(command)}</pre>");
        }

        page.Heading("History").Charts(
            [.. result.Objectives.Select((o, i) => new ReportFigure(
                o.Name, HistoryChart.Draw(result, i), "a dot a trial, hollow where stopped; line: the best so far"))]);
        if (result.Objectives.Count == 2)
        {
            page.Heading("Pareto front").Charts(new ReportFigure(
                $"{result.Objectives[1].Name} by {result.Objectives[0].Name}", FrontChart.Draw(result),
                "orange: the trials that no other beats in everything"));
        }

        Importances(page, result);
        for (var i = 0; i < result.Objectives.Count; i++)
        {
            page.Heading($"Parallel coordinates: {result.Objectives[i].Name}")
                .Html($"<div class=\"wide\">{ParallelCoordinates.Draw(result, i).Svg}</div>");
        }

        page.Note("Orange: the best tenth. A line leaves out what has no say in its trial.");
        Trials(page, result);
        return page.End();
    }

    private static void Importances(ReportPage page, StudyResult result)
    {
        ReportFigure[] figures =
        [
            .. result.Objectives.Select((o, i) => (o.Name, Shares: ParameterImportance.Of(result, i)))
                .Where(static f => f.Shares.Count > 0)
                .Select(static f => new ReportFigure(f.Name, ImportanceChart.Draw(f.Shares))),
        ];
        if (figures.Length > 0)
        {
            page.Heading("Importance of parameters").Charts(figures).Note(
                "Share of the variance over the whole space that a parameter explains by itself: functional ANOVA over "
                    + "a forest of regression trees. What is missing to 1 are interactions.");
        }
    }

    private static void Trials(ReportPage page, StudyResult result)
    {
        var several = result.Objectives.Count > 1;
        var shown = several ? result.Front
            : [.. result.Complete.OrderBy(t => result.Losses(t)[0]).Take(MostRows)];
        page.Heading(several ? "Trials of the front" : "Best trials").Html("<div class=\"wide\"><table>");
        Row(page, "th", ["trial", .. result.Objectives.Select(static o => o.Name), "seconds", "parameters"]);
        foreach (var trial in shown)
        {
            Row(page, "td",
            [
                $"{trial.Number}", .. trial.Values!.Select(static v => v.ToString("G6", CultureInfo.InvariantCulture)),
                trial.IsTakenOver ? trial.Origin! : Seconds(trial),
                string.Join(", ", trial.Parameters!.Select(static p => $"{p.Key} {Short(p.Value)}")),
            ]);
        }

        page.Html("</table></div>");
        var states = result.Trials.GroupBy(static t => t.State).OrderBy(static g => g.Key)
            .Select(static g => ($"trials {g.Key.ToString().ToLowerInvariant()}", $"{g.Count()}"));
        page.Heading("How it was made").Facts(
            [.. states, .. result.Space.Parameters.Select(static p => ("parameter", p.ToString()))]);
    }

    // The last cell holds words; the others hold numbers.
    private static void Row(ReportPage page, string tag, IReadOnlyList<string> cells)
        => page.Html($"<tr>{string.Concat(cells.Select((c, i) => i == cells.Count - 1
            ? $"<{tag} style=\"text-align:left\">{Encode(c)}</{tag}>" : $"<{tag}>{Encode(c)}</{tag}>"))}</tr>");

    private static string Short(ParameterValue value)
        => value.IsText ? value.ToString() : value.Number.ToString("G4", CultureInfo.InvariantCulture);

    private static string Seconds(TrialRecord trial)
        => trial.Ended - trial.Started is { } time
            ? time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) : "";
}
