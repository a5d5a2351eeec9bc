using Google.Protobuf;
using MaaS.Onnx;
using MaaS.Onnx.Schema;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Tabular.Features;

/// <summary>Writes the numbers of a date in ONNX 20 or later, from texts: <c>2026-11-30</c>, with a time of day behind
/// <c>T</c> or a blank or without; an empty text is a missing date. A run with any other text fails, and names the
/// input: these are the forms that a table's reader takes.</summary>
/// <remarks>Howard Hinnant, chrono-compatible low-level date algorithms, days_from_civil.</remarks>
internal sealed class DateGraph
{
    // A cast of texts to numbers drops what stands behind the digits, so that the whole text is looked at before.
    private const string Time = "([01][0-9]|2[0-3]):[0-5][0-9]",
        Second = @":[0-5][0-9](\.[0-9]{0,7})?",
        Form = $"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(T{Time}({Second}Z?)?| {Time}({Second})?)?";

    private readonly GraphBuilder _graph;
    private readonly string _input;
    private readonly string _missing;
    private readonly string _text;

    public DateGraph(GraphBuilder graph, string input)
    {
        (_graph, _input) = (graph, input);
        var missing = graph.Node(
            "LabelEncoder", [input], ("keys_strings", new[] { "" }), ("values_int64s", new[] { 1L }),
            ("default_int64", 0));
        graph.Graph.Node[^1].Domain = "ai.onnx.ml";
        _missing = graph.Node("Cast", [missing], ("to", (int)DataType.Bool));
        var epoch = graph.Node(
            "LabelEncoder", [input],
            ("keys_strings", new[] { "" }), ("values_strings", new[] { "1970-01-01" }),
            ("default_string", "1970-01-01"));
        graph.Graph.Node[^1].Domain = "ai.onnx.ml";
        var text = graph.Node("Where", [_missing, epoch, input]);
        _text = Joined(text, OfForm(graph.Node("RegexFullMatch", [text], ("pattern", Form))));
        var fields = graph.Node(
            "Cast", [graph.Nodes("StringSplit", [Part(Part(_text, "T", 0), " ", 0)], 2, ("delimiter", "-"))[0]],
            ("to", (int)DataType.Double));
        var (year, month, day) = (Field(fields, 0), Field(fields, 1), Field(fields, 2));
        var checkedZero = Checked(IsDay(year, month, day), "a date as 2026-11-30");
        (Year, Month, Day) = (Op("Add", year, checkedZero), Op("Add", month, checkedZero), Op("Add", day, checkedZero));
        Days = DaysOf(Year, Month, Day);
        var monday = Op("Add", Days, Number(3));
        Weekday = Op("Sub", monday, Op("Mul", Quotient(monday, 7), Number(7)));
    }

    /// <summary>Days since 1970, (N, 1), float64, as all of these.</summary>
    public string Days { get; }

    public string Year { get; }

    public string Month { get; }

    public string Day { get; }

    /// <summary>0 for Monday.</summary>
    public string Weekday { get; }

    /// <summary>Whole seconds since midnight.</summary>
    public string SecondsOfDay()
    {
        // What stands behind a T or a blank, without Z; a text without a time is at midnight.
        var behindT = Part(Joined(_text, Text("T")), "T", 1);
        var behindBlank = Part(Joined(_text, Text(" ")), " ", 1);
        var time = Part(Joined(behindT, behindBlank, Text("Z")), "Z", 0);
        var padded = Joined(Text("0"), time, Text(":0:0"));
        var fields = _graph.Nodes("StringSplit", [padded], 2, ("delimiter", ":"))[0];
        fields = _graph.Node("Gather", [fields, _graph.Ints(0, 1, 2)], ("axis", 1));
        fields = _graph.Node("Cast", [fields], ("to", (int)DataType.Double));
        var (hour, minute, second) = (Field(fields, 0), Field(fields, 1), Field(fields, 2));
        var minutes = Op("Add", Op("Mul", hour, Number(60)), minute);
        return Op("Add", Op("Mul", minutes, Number(60)), _graph.Node("Floor", [second]));
    }

    /// <summary>Sine and cosine of a whole place in a turn.</summary>
    /// <returns>(N, 2), float64.</returns>
    public string Turn(string value, int first, int length)
    {
        var turns = Enumerable.Range(0, length).Select(i => DateBlock.Turn(i, length));
        double[] table = [.. turns.SelectMany(static t => new[] { t.Sine, t.Cosine })];
        var place = _graph.Node("Cast", [Op("Sub", value, Number(first))], ("to", (int)DataType.Int64));
        place = _graph.Node("Squeeze", [place, _graph.Ints(1)]);
        return _graph.Node("Gather", [_graph.Constant<double>(table, length, 2), place], ("axis", 0));
    }

    /// <summary>Sine and cosine of the time of day, rounded to float32.</summary>
    /// <returns>(N, 2), float64.</returns>
    public string TurnOfSeconds(string seconds)
    {
        var angle = Op("Mul", Number(2 * Math.PI / DateBlock.Seconds), seconds);
        var both = _graph.Node(
            "Concat", [_graph.Node("Sin", [angle]), _graph.Node("Cos", [angle])], ("axis", 1));
        return _graph.Node(
            "Cast", [_graph.Node("Cast", [both], ("to", (int)DataType.Float))], ("to", (int)DataType.Double));
    }

    /// <summary>NaN where the date is missing.</summary>
    public string WithMissing(string values) => _graph.Node(
        "Where", [_graph.Node("Unsqueeze", [_missing, _graph.Ints(1)]), Number(double.NaN), values]);

    // Years begin in March, so that the leap day is their last.
    private string DaysOf(string year, string month, string day)
    {
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
        return Op("Sub", Op("Add", Op("Mul", era, Number(146097)), dayOfEra), Number(719468));
    }

    private string IsDay(string year, string month, string day)
    {
        string Divides(double by) => Flag(Op("Equal", Product(Quotient(year, by), Number(by)), year));
        var leap = Op("Add", Op("Sub", Divides(4), Divides(100)), Divides(400));
        var isFebruary = Flag(Op("Equal", month, Number(2)));
        var isLate = Flag(Op("Greater", month, Number(7)));
        var parity = Op("Add", month, isLate);                                  // Odd in months of 31 days.
        var isLong = Op("Sub", parity, Product(Quotient(parity, 2), Number(2)));
        var length = Op(
            "Sub", Op("Add", Number(30), isLong), Product(isFebruary, Op("Sub", Number(2), leap)));
        return Product(
            Product(Between(year, 1, Number(9999)), Between(month, 1, Number(12))), Between(day, 1, length));
    }

    // Zero, or the end of the run with the node's name: an index beyond the only element.
    private string Checked(string holds, string expected) => Only(
        _graph.Constant([0.0], 1),
        _graph.Node("Cast", [Op("Sub", Number(1), holds)], ("to", (int)DataType.Int64)), expected);

    // An empty text, or the end of the run likewise.
    private string OfForm(string matches)
    {
        var nothing = new TensorProto
        {
            Name = _graph.UniqueName("nothing"),
            DataType = (int)DataType.String,
            Dims = { 1 },
            StringData = { ByteString.Empty },
        };
        _graph.Graph.Initializer.Add(nothing);
        return Only(
            nothing.Name, _graph.Node("Cast", [_graph.Node("Not", [matches])], ("to", (int)DataType.Int64)),
            "a date as 2026-11-30 or 2026-11-30T08:30:00");
    }

    private string Only(string values, string beyond, string expected)
    {
        var only = _graph.Node("Gather", [values, beyond], ("axis", 0));
        // Each member of an ensemble looks at the column: no two nodes may have one name.
        _graph.Graph.Node[^1].Name = _graph.UniqueName($"expected {expected} in '{_input}'");
        return only;
    }

    private string Part(string texts, string delimiter, long index) => _graph.Node(
        "Gather", [_graph.Nodes("StringSplit", [texts], 2, ("delimiter", delimiter))[0], _graph.Scalar(index)],
        ("axis", -1));

    private string Joined(params string[] texts) =>
        texts.Aggregate((left, right) => _graph.Node("StringConcat", [left, right]));

    // A constant text, one a row.
    private string Text(string value)
    {
        var texts = _graph.Node(
            "LabelEncoder", [_input],
            ("keys_strings", new[] { "" }), ("values_strings", new[] { value }), ("default_string", value));
        _graph.Graph.Node[^1].Domain = "ai.onnx.ml";
        return texts;
    }

    private string Field(string fields, long index) =>
        _graph.Node("Gather", [fields, _graph.Ints(index)], ("axis", 1));    // (N, 1)

    private string Op(string op, string a, string b) => _graph.Node(op, [a, b]);

    private string Product(string a, string b) => Op("Mul", a, b);

    private string Number(double value) => _graph.Scalar(value);

    private string Quotient(string a, double b) => _graph.Node("Floor", [Op("Div", a, Number(b))]);

    private string Flag(string condition) => _graph.Node("Cast", [condition], ("to", (int)DataType.Double));

    private string Between(string value, double least, string most) => Product(
        Flag(Op("GreaterOrEqual", value, Number(least))), Flag(Op("LessOrEqual", value, most)));
}
