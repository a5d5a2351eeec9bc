using MaaS.Onnx;
using MaaS.Tabular.Tables;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Tabular.Features;

/// <summary>A date as numbers: days since 1970, year, month, day, day of the week (0 for Monday).</summary>
internal static class DateParts
{
    public static readonly string[] Names = ["days", "year", "month", "day", "weekday"];

    /// <summary>The parts of a date; NaN where it is missing.</summary>
    public static void Fill(double seconds, Span<double> parts)
    {
        if (double.IsNaN(seconds))
        {
            parts.Fill(double.NaN);
            return;
        }

        var date = CellText.Date(seconds);
        var days = Math.Floor(seconds / 86400);
        parts[0] = days;
        parts[1] = date.Year;
        parts[2] = date.Month;
        parts[3] = date.Day;
        parts[4] = ((days + 3) % 7 + 7) % 7;
    }

    /// <summary>The same in ONNX 20 or later, from texts.</summary>
    /// <param name="graph">Gets the nodes.</param>
    /// <param name="input">(N), string: <c>2026-11-30</c>, with a time of day behind <c>T</c> or a blank or without;
    /// an empty text is a missing date. A run with any other text fails, and names the input.</param>
    /// <returns>(N, 5), float64.</returns>
    /// <remarks>Howard Hinnant, chrono-compatible low-level date algorithms, days_from_civil.</remarks>
    public static string Write(GraphBuilder graph, string input)
    {
        string Op(string op, string a, string b) => graph.Node(op, [a, b]);
        string Number(double value) => graph.Scalar(value);
        string Quotient(string a, double b) => graph.Node("Floor", [Op("Div", a, Number(b))]);
        string Flag(string condition) => graph.Node("Cast", [condition], ("to", (int)DataType.Double));
        string First(string texts, string delimiter) => graph.Node(
            "Gather", [graph.Nodes("StringSplit", [texts], 2, ("delimiter", delimiter))[0], graph.Scalar(0L)],
            ("axis", -1));

        var missing = graph.Node(
            "LabelEncoder", [input], ("keys_strings", new[] { "" }), ("values_int64s", new[] { 1L }),
            ("default_int64", 0));
        graph.Graph.Node[^1].Domain = "ai.onnx.ml";
        missing = graph.Node("Cast", [missing], ("to", (int)DataType.Bool));
        var epoch = graph.Node(
            "LabelEncoder", [input],
            ("keys_strings", new[] { "" }), ("values_strings", new[] { "1970-01-01" }),
            ("default_string", "1970-01-01"));
        graph.Graph.Node[^1].Domain = "ai.onnx.ml";
        var days = First(First(graph.Node("Where", [missing, epoch, input]), "T"), " ");
        var fields = graph.Node(
            "Cast", [graph.Nodes("StringSplit", [days], 2, ("delimiter", "-"))[0]], ("to", (int)DataType.Double));
        string Field(long index) => graph.Node("Gather", [fields, graph.Ints(index)], ("axis", 1));    // (N, 1)
        var (year, month, day) = (Field(0), Field(1), Field(2));

        // A day that is no day ends the run with this node's name: an index beyond the only element.
        string Product(string a, string b) => Op("Mul", a, b);
        string Divides(double by) => Flag(Op("Equal", Product(Quotient(year, by), Number(by)), year));
        string Between(string value, double least, string most) => Product(
            Flag(Op("GreaterOrEqual", value, Number(least))), Flag(Op("LessOrEqual", value, most)));
        var leap = Op("Add", Op("Sub", Divides(4), Divides(100)), Divides(400));
        var isFebruary = Flag(Op("Equal", month, Number(2)));
        var isLate = Flag(Op("Greater", month, Number(7)));
        var parity = Op("Add", month, isLate);                                  // Odd in months of 31 days.
        var isLong = Op("Sub", parity, Product(Quotient(parity, 2), Number(2)));
        var length = Op(
            "Sub", Op("Add", Number(30), isLong), Product(isFebruary, Op("Sub", Number(2), leap)));
        var isDay = Product(
            Product(Between(year, 1, Number(9999)), Between(month, 1, Number(12))), Between(day, 1, length));
        var beyond = graph.Node("Cast", [Op("Sub", Number(1), isDay)], ("to", (int)DataType.Int64));
        var checkedZero = graph.Node("Gather", [graph.Constant([0.0], 1), beyond], ("axis", 0));
        graph.Graph.Node[^1].Name = $"expected a date as 2026-11-30 in '{input}'";

        // Years begin in March, so that the leap day is their last.
        var shifted = Op("Sub", year, Flag(Op("LessOrEqual", month, Number(2))));
        var era = Quotient(shifted, 400);
        var yearOfEra = Op("Sub", shifted, Op("Mul", era, Number(400)));
        var fromMarch =
            Op("Add", Op("Sub", month, Number(3)), Op("Mul", Flag(Op("Less", month, Number(3))), Number(12)));
        var dayOfYear = Op(
            "Add", Quotient(Op("Add", Op("Mul", fromMarch, Number(153)), Number(2)), 5), Op("Sub", day, Number(1)));
        var dayOfEra = Op(
            "Add", Op(
                "Sub", Op("Add", Op("Mul", yearOfEra, Number(365)), Quotient(yearOfEra, 4)), Quotient(yearOfEra, 100)),
            dayOfYear);
        var count = Op("Sub", Op("Add", Op("Mul", era, Number(146097)), dayOfEra), Number(719468));
        var monday = Op("Add", count, Number(3));
        var weekday = Op("Sub", monday, Op("Mul", Quotient(monday, 7), Number(7)));
        var parts = graph.Node("Concat", [Op("Add", count, checkedZero), year, month, day, weekday], ("axis", 1));
        return graph.Node("Where", [graph.Node("Unsqueeze", [missing, graph.Ints(1)]), Number(double.NaN), parts]);
    }
}
