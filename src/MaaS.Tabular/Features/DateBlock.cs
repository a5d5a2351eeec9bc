using MaaS.Onnx;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Features;

/// <summary>A date as numbers.</summary>
/// <param name="Column">The column.</param>
/// <param name="Features">Which numbers.</param>
internal sealed record DateBlock(string Column, DateFeatures Features)
{
    /// <summary>Units that come again: how many of them are in a turn.</summary>
    public const int Months = 12, DaysOfMonth = 31, DaysOfWeek = 7, Seconds = 86400;

    private bool Parts => Features.HasFlag(DateFeatures.Parts);

    private bool Cycles => Features.HasFlag(DateFeatures.Cycles);

    private bool Time => Features.HasFlag(DateFeatures.TimeOfDay);

    /// <summary>What the numbers are called.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            string[] parts =
            [
                "days", .. Of(Parts, "year", "month", "day", "weekday"), .. Of(Time, "hour"),
                .. Of(Cycles, "month sin", "month cos", "day sin", "day cos", "weekday sin", "weekday cos"),
                .. Of(Cycles && Time, "hour sin", "hour cos"),
            ];
            return Array.ConvertAll(parts, part => $"{Column} {part}");
        }
    }

    /// <summary>The block of a column: the time of day is left out where all training rows are at midnight.</summary>
    public static DateBlock Fit(NumberColumn column, DateFeatures features)
    {
        var hasTimes = column.Values.ToArray().Any(static s => !double.IsNaN(s) && Math.Floor(s) % Seconds != 0);
        return new DateBlock(column.Name, hasTimes ? features : features & ~DateFeatures.TimeOfDay);
    }

    /// <summary>The numbers of a date; NaN where it is missing.</summary>
    public void Fill(double seconds, Span<double> into)
    {
        if (double.IsNaN(seconds))
        {
            into.Fill(double.NaN);
            return;
        }

        var date = CellText.Date(seconds);
        var days = Math.Floor(seconds / Seconds);
        var weekday = (int)(((days + 3) % 7 + 7) % 7);
        var time = Math.Floor(seconds) - days * Seconds;
        ReadOnlySpan<double> values =
        [
            days, .. Numbers(Parts, date.Year, date.Month, date.Day, weekday), .. Numbers(Time, time / 3600),
            .. Turn(Cycles, date.Month - 1, Months), .. Turn(Cycles, date.Day - 1, DaysOfMonth),
            .. Turn(Cycles, weekday, DaysOfWeek), .. Turn(Cycles && Time, time, Seconds),
        ];
        values.CopyTo(into);
    }

    /// <summary>The same in ONNX 20 or later.</summary>
    /// <param name="graph">Gets the nodes.</param>
    /// <param name="input">(N), string; see <see cref="DateGraph"/>.</param>
    /// <returns>(N, names), float64.</returns>
    public string Write(GraphBuilder graph, string input)
    {
        var date = new DateGraph(graph, input);
        List<string> values = [date.Days];
        if (Parts)
        {
            values.AddRange([date.Year, date.Month, date.Day, date.Weekday]);
        }

        var time = Time ? date.SecondsOfDay() : "";
        if (Time)
        {
            values.Add(graph.Node("Div", [time, graph.Scalar(3600d)]));
        }

        if (Cycles)
        {
            values.AddRange(
            [
                date.Turn(date.Month, 1, Months), date.Turn(date.Day, 1, DaysOfMonth),
                date.Turn(date.Weekday, 0, DaysOfWeek),
            ]);
            if (Time)
            {
                values.Add(date.TurnOfSeconds(time));
            }
        }

        return date.WithMissing(values.Count == 1 ? values[0] : graph.Node("Concat", values.ToArray(), ("axis", 1)));
    }

    /// <summary>Sine and cosine of a place in a turn, rounded to float32: the last digits are not the same in every
    /// implementation.</summary>
    public static (double Sine, double Cosine) Turn(double place, double length)
    {
        var angle = 2 * Math.PI / length * place;
        return ((float)Math.Sin(angle), (float)Math.Cos(angle));
    }

    private static string[] Of(bool asked, params string[] names) => asked ? names : [];

    private static double[] Numbers(bool asked, params double[] values) => asked ? values : [];

    private static double[] Turn(bool asked, double place, double length)
    {
        var (sine, cosine) = Turn(place, length);
        return asked ? [sine, cosine] : [];
    }
}
