using System.Text.Json.Nodes;

namespace MaaS.Core.Tests.Generation.Chat;

/// <summary>Random expressions of the part of Jinja that is supported, sensible or not.</summary>
internal sealed class RandomExpressions(int seed)
{
    private static readonly string[] Names =
        ["s", "t", "e", "n", "m", "z", "f", "yes", "no", "nothing", "list", "words", "empty", "d", "users", "missing"];

    private static readonly string[] Texts =
        ["'a'", "\"b c\"", "''", "'\\n x\\t'", "'é😀'", "', '", "' '", "'name'", "'x'", "'A b'", "'it\\'s'"];

    // Jinja folds slices of constants by other rules than it runs the rest.
    private static readonly string[] Sliced = ["s", "t", "e", "list", "words", "users", "empty", "(words + list)",
        "(s ~ t)", "n"];

    private static readonly string[] Plain =
    [
        "trim", "tojson", "length", "count", "first", "last", "upper", "lower", "string", "list", "join", "int",
        "float",
        "abs", "capitalize", "reverse|list", "default('x')", "default('x', true)", "d(1, boolean=true)", "join('-')",
        "join(', ', attribute='name')", "tojson(indent=2)", "items|list", "replace('a', 'bb')", "replace('', '-', 2)",
        "indent", "indent(2, true)", "indent('>', blank=true)", "map('upper')|list", "map(attribute='name')|list",
        "map('length')|list", "select('string')|list", "reject('none')|list", "select|list",
        "selectattr('name')|list", "selectattr('age', 'gt', 3)|list", "rejectattr('name', 'equalto', 'x')|list",
        "trim('a ')", "map(attribute='age', default=0)|list", "tojson(separators=(',', ':'), sort_keys=true)",
    ];

    private static readonly string[] Tests =
    [
        "defined", "undefined", "none", "string", "mapping", "iterable", "sequence", "boolean", "number", "integer",
        "float", "true", "false", "equalto(1)", "eq 'a'", "odd", "even", "in [1, 'a']", "divisibleby(3)", "gt 2",
    ];

    private static readonly string[] Methods =
    [
        "strip()", "lstrip()", "rstrip('x ')", "split()", "split(' ')", "split(' ', 1)", "rsplit(None, 1)", "upper()",
        "lower()", "title()", "capitalize()", "startswith('a')", "endswith(('c', ''))", "replace('b', '')",
        "items()|list",
        "keys()|list", "values()|list", "get('name')", "get('zz', 3)", "find('b')", "splitlines()", "isdigit()", "name",
        "age", "items", "x.y", "removeprefix('a')",
    ];

    private readonly Random _random = new(seed);

    /// <summary>What the expressions' names stand for.</summary>
    public static JsonObject Variables => JsonNode.Parse(
        """
        {"s": "a text \n with it's lines\n\n", "t": "Überä 日本 😀 \"q\" \\ \u0001", "e": "",
         "n": 3, "m": -7, "z": 0, "f": 2.5, "yes": true, "no": false, "nothing": null,
         "list": [1, "a", 2.0, null, true, [1, 2]], "words": ["b", "a", "c d"], "empty": [],
         "d": {"name": "x", "age": 5, "x": {"y": 1e-7}, "items": "own"},
         "users": [{"name": "Ann", "age": 2}, {"name": "Bob", "age": 41}, {"name": "", "age": 7}]}
        """)!.AsObject();

    public string Next(int depth = 4)
    {
        if (depth == 0)
        {
            return Atom();
        }

        return _random.Next(17) switch
        {
            0 or 1 => Atom(),
            2 => $"({Next(depth - 1)} {Pick("+", "-", "*", "/", "//", "%", "~", "**")} {Next(depth - 1)})",
            3 => $"{Next(depth - 1)} {Pick("+", "-", "*", "//", "~")} {Next(depth - 1)}",
            4 => $"({Next(depth - 1)} {Pick("==", "!=", "<", "<=", ">", ">=", "in", "not in")} {Next(depth - 1)})",
            5 => $"({Next(depth - 1)} {Pick("and", "or")} {Next(depth - 1)})",
            6 => $"(not {Next(depth - 1)})",
            7 => $"({Next(depth - 1)} if {Next(depth - 1)} else {Next(depth - 1)})",
            8 or 9 => $"({Next(depth - 1)})|{Pick(Plain)}",
            10 => $"({Next(depth - 1)} is {Pick("", "not ")}{Pick(Tests)})",
            11 => $"({Next(depth - 1)}).{Pick(Methods)}",
            12 => $"({Next(depth - 1)})[{Index()}]",
            13 => $"{Pick(Sliced)}[{Slice()}]",
            14 => $"[{Next(depth - 1)}, {Next(depth - 1)}]",
            15 => $"{{'k': {Next(depth - 1)}, 'name': {Next(depth - 1)}}}",
            _ => $"({Next(depth - 1)} < {Next(depth - 1)} <= {Atom()})",
        };
    }

    private string Atom() => _random.Next(5) switch
    {
        0 => Pick(Texts),
        1 => Pick("0", "1", "2", "-3", "7", "1.5", "-0.25", "true", "none", "[]", "{}", "()", "(1, 'a')", "1e3",
            "12_000"),
        _ => Pick(Names),
    };

    private string Index() => _random.Next(3) == 0 ? Atom()
        : Pick("0", "1", "-1", "5", "'name'", "'x'", "'items'", "nothing");

    private string Slice() => _random.Next(2) == 0
        ? Pick(":2", "1:", "-2:", "::-1", "::2", "1:-1", ":", "5:1:-2", "-1::-1")
        : $"{Pick("", "0", "-3", "n")}:{Pick("", "2", "-1", "m")}";

    private string Pick(params string[] of) => of[_random.Next(of.Length)];
}
