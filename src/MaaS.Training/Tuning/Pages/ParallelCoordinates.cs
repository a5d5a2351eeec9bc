using System.Globalization;
using System.Net;
using System.Text;
using MaaS.Registry.Studies;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Training.Tuning.Pages;

/// <summary>Draws each trial as a line through its parameters' values, each on an axis of its own; the best tenth
/// stands out.</summary>
internal static class ParallelCoordinates
{
    private const int Height = 320, Top = 34, Bottom = 36, Room = 120, Side = 50;

    /// <summary>The picture and its width; an axis a parameter and one for the objective.</summary>
    public static (string Svg, int Width) Draw(StudyResult result, int objective)
    {
        Parameter[] parameters = [.. result.Space.Parameters.Where(static p => !p.IsFixed)];
        var width = (2 * Side) + (Room * parameters.Length);
        var ranked = result.Complete.OrderByDescending(t => result.Objectives[objective].Loss(t.Values![objective]))
            .ToArray();
        var (low, high) = HistoryChart.Range([.. ranked.Select(t => t.Values![objective])]);
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {Height}\" role=\"img\" "
                + $"style=\"min-width:{width}px;max-width:{width * 3 / 2}px\" "
                + $"font-family=\"system-ui, sans-serif\" font-size=\"11\">"
                + $"<title>parallel coordinates</title>");
        var best = Math.Max(1, ranked.Length / 10);
        for (var i = 0; i < ranked.Length; i++)
        {
            var trial = ranked[i];
            var value = Math.Clamp(trial.Values![objective], low, high);
            var points = parameters
                .Select((p, a) => Place(p, trial) is { } unit ? At(a, unit) : null)
                .Append(At(parameters.Length, high > low ? (value - low) / (high - low) : 0.5));
            var shines = i >= ranked.Length - best;
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<polyline points=\"{string.Join(' ', points.OfType<string>())}\" fill=\"none\" "
                    + $"style=\"stroke:var({(shines ? "--pen2,#D55E00" : "--pen1,#0072B2")})\" "
                    + $"stroke-opacity=\"{(shines ? 0.9 : 0.25)}\" stroke-width=\"{(shines ? 1.8 : 1)}\"/>");
        }

        for (var a = 0; a < parameters.Length; a++)
        {
            Axis(svg, a, parameters[a].Name, Marks(parameters[a]));
        }

        Axis(svg, parameters.Length, result.Objectives[objective].Name, [(0, Number(low)), (1, Number(high))]);
        return (svg.Append("</svg>").ToString(), width);
    }

    // Where a trial's line crosses an axis; null where the parameter has no say.
    private static double? Place(Parameter parameter, TrialRecord trial)
        => trial.Parameters!.TryGetValue(parameter.Name, out var value) ? parameter.ToUnit(value) : null;

    private static string At(int axis, double unit)
        => string.Create(CultureInfo.InvariantCulture, $"{X(axis)},{Y(unit):f1}");

    private static int X(int axis) => Side + (axis * Room);

    private static double Y(double unit) => Height - Bottom - (unit * (Height - Bottom - Top));

    private static IEnumerable<(double Unit, string Text)> Marks(Parameter parameter)
        => parameter is CategoricalParameter choices
            ? choices.Choices.Select(c => (choices.ToUnit(c), c.ToString()))
            : new[] { 0.0, 0.5, 1 }.Select(u => (u, Number(parameter.FromUnit(u).Number)));

    private static void Axis(StringBuilder svg, int axis, string name, IEnumerable<(double Unit, string Text)> marks)
    {
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<line x1=\"{X(axis)}\" x2=\"{X(axis)}\" y1=\"{Top}\" y2=\"{Height - Bottom}\" "
                + $"style=\"stroke:var(--axis,#444)\"/>"
                + $"<text x=\"{X(axis)}\" y=\"{Height - 10}\" text-anchor=\"middle\" font-weight=\"600\" "
                + $"style=\"fill:var(--ink,#1a1a1a)\"><title>{WebUtility.HtmlEncode(name)}</title>"
                + $"{WebUtility.HtmlEncode(Short(name, 17))}</text>");
        foreach (var (unit, text) in marks)
        {
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"{X(axis) + 4}\" y=\"{Y(unit) + (unit == 1 ? -4 : unit == 0 ? 12 : 4):f1}\" "
                    + $"style=\"fill:var(--axis,#444);paint-order:stroke;stroke:var(--ground,#fff);stroke-width:3px\">"
                    + $"{WebUtility.HtmlEncode(Short(text, 15))}</text>");
        }
    }

    private static string Short(string text, int most) => text.Length > most ? $"{text[..(most - 1)]}…" : text;

    private static string Number(double value) => value.ToString("G3", CultureInfo.InvariantCulture);
}
