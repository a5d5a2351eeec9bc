using System.Collections;
using System.Collections.Frozen;
using System.Globalization;
using System.Numerics;

namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>What may follow <c>|</c>.</summary>
internal static class TemplateFilters
{
    private const IReadOnlyList<string>? Any = null;

    public static FrozenDictionary<string, TemplateFunction> All { get; } = new TemplateFunction[]
    {
        new("trim", "chars?", static (v, a) => PythonText.Strip(PythonText.Of(v), a.TextOrNull("chars"))),
        new("tojson", "ensure_ascii? indent? separators? sort_keys?", static (v, a) => ToJson(v, a)),
        new("length", "", static (v, _) => PythonValues.Length(v)),
        new("count", "", static (v, _) => PythonValues.Length(v)),
        new("first", "", static (v, _)
            => PythonValues.Items(v) is [var first, ..] ? first : new Undefined("the first item")),
        new("last", "", static (v, _)
            => PythonValues.Items(v) is [.., var last] ? last : new Undefined("the last item")),
        new("upper", "", static (v, _) => PythonMethods.Upper(PythonText.Of(v))),
        new("lower", "", static (v, _) => PythonMethods.Lower(PythonText.Of(v))),
        new("capitalize", "", static (v, _) => PythonMethods.Capitalize(PythonText.Of(v))),
        new("join", "d? attribute?", static (v, a) => Join(v, a)),
        new("default", "default_value? boolean?", static (v, a) => Default(v, a)),
        new("d", "default_value? boolean?", static (v, a) => Default(v, a)),
        new("string", "", static (v, _) => PythonText.Of(v)),
        new("safe", "", static (v, _) => PythonText.Of(v)),
        new("list", "", static (v, a) => Listed(PythonValues.Items(v), a)),
        new("items", "", static (v, a) => v switch
        {
            Undefined => new List<object?>(),
            DictValue dict => Listed(dict.Items.Select(static i => new object?[] { i.Key, i.Value }), a),
            _ => throw new TemplateFault($"items: expected a dictionary, got {PythonValues.TypeName(v)}"),
        }),
        new("map", Any, static (v, a) => TemplateSelections.Map(v, a)),
        new("select", Any, static (v, a) => TemplateSelections.Select(v, a, attribute: false, keep: true)),
        new("reject", Any, static (v, a) => TemplateSelections.Select(v, a, attribute: false, keep: false)),
        new("selectattr", Any, static (v, a) => TemplateSelections.Select(v, a, attribute: true, keep: true)),
        new("rejectattr", Any, static (v, a) => TemplateSelections.Select(v, a, attribute: true, keep: false)),
        new("replace", "old new count?", static (v, a) => PythonMethods.Replace(
            PythonText.Of(v), PythonText.Of(a.Value("old")), PythonText.Of(a.Value("new")),
            a.Value("count") is null ? -1 : a.Whole("count"), a.Run)),
        new("indent", "width? first? blank?", static (v, a) => Indent(v, a)),
        new("reverse", "", static (v, a) => v is string text
            ? string.Concat(PythonValues.Characters(text).Reverse()) : Listed(PythonValues.Items(v).Reverse(), a)),
        new("abs", "", static (v, _)
            => PythonValues.Order(v, 0L) < 0 ? PythonOperators.Negative(v) : PythonOperators.Positive(v)),
        new("int", "default?", static (v, a) => Whole(v) ?? a.Value("default", 0L)),
        new("float", "default?", static (v, a) => Real(v) ?? a.Value("default", 0.0)),
    }.ToFrozenDictionary(static f => f.Name, StringComparer.Ordinal);

    private static List<object?> Listed(IEnumerable<object?> items, CallArguments a)
    {
        List<object?> list = [.. items];
        a.Run.Make(list.Count);
        return list;
    }

    private static object? Default(object? value, CallArguments a)
        => value is Undefined || (a.IsTrue("boolean") && !PythonValues.IsTrue(value))
            ? a.Value("default_value", "") : value;

    private static string Join(object? value, CallArguments a)
    {
        var separator = PythonText.Of(a.Value("d", ""));
        var items = PythonValues.Items(value);
        if (a.Value("attribute") is { } attribute)
        {
            items = [.. items.Select(i => TemplateSelections.Attribute(i, attribute))];
        }

        string[] texts = [.. items.Select(PythonText.Of)];
        a.Run.Make(texts.Sum(static t => (long)t.Length) + ((long)separator.Length * texts.Length));
        return string.Join(separator, texts);
    }

    private static string ToJson(object? value, CallArguments a)
    {
        if (a.IsTrue("ensure_ascii"))
        {
            throw new TemplateFault("tojson: ensure_ascii is not supported");
        }

        var indent = a.Value("indent") switch
        {
            null => null,
            string text => text,
            _ => new string(' ', (int)Math.Clamp(a.Whole("indent"), 0, 64)),
        };
        var (between, after) = a.Value("separators") switch
        {
            null => (indent is null ? ", " : ",", ": "),
            IList and [string item, string key] => (item, key),
            var other => throw new TemplateFault(
                $"tojson: expected two strings as separators, got {PythonValues.TypeName(other)}"),
        };
        var json = new JsonText(indent, between, after, a.IsTrue("sort_keys")).Write(value);
        a.Run.Make(json.Length);
        return json;
    }

    private static string Indent(object? value, CallArguments a)
    {
        var text = value as string ?? throw PythonValues.Missing(value)
            ?? new TemplateFault($"indent: expected a string, got {PythonValues.TypeName(value)}");
        var width = a.Value("width") as string ?? new string(' ', (int)Math.Clamp(a.Whole("width", 4), 0, 1000));
        var lines = PythonMethods.Lines(text + "\n");
        a.Run.Make(text.Length + ((long)width.Length * lines.Count));
        for (var i = 0; i < lines.Count; i++)
        {
            var indented = i == 0 ? a.IsTrue("first") : lines[i].Length > 0 || a.IsTrue("blank");
            lines[i] = indented ? width + lines[i] : lines[i];
        }

        return string.Join('\n', lines);
    }

    private static object? Whole(object? value) => value switch
    {
        string text when long.TryParse(
            PythonText.Strip(text, null), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
            => whole,
        BigInteger => value,
        Undefined missing => throw missing.Fault(),
        _ => Real(value) is double real and > -9.2e18 and < 9.2e18 ? (long)real : null,
    };

    private static object? Real(object? value) => PythonValues.Number(value) switch
    {
        _ when value is Undefined missing => throw missing.Fault(),
        long whole => (double)whole,
        double real => real,
        _ => value is string text && double.TryParse(
            PythonText.Strip(text, null), NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed)
            ? parsed : null,
    };
}
