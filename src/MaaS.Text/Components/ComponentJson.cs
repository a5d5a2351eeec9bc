using System.Text.Json;

namespace MaaS.Text.Components;

/// <summary>A member of a tokenizer.json with the path to it, for errors that name the place.</summary>
internal readonly struct ComponentJson(JsonElement element, string path)
{
    /// <summary>As <c>normalizer.normalizers[1]</c>.</summary>
    public string Path => path;

    public JsonElement Element => element;

    public bool IsNull => element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    /// <summary>The member; missing and null are the same.</summary>
    public ComponentJson Member(string name)
    {
        Expect(JsonValueKind.Object);
        return new(
            element.TryGetProperty(name, out var value) ? value : default, path.Length == 0 ? name : $"{path}.{name}");
    }

    public IEnumerable<ComponentJson> Items()
    {
        Expect(JsonValueKind.Array);
        var self = this;
        return element.EnumerateArray().Select((item, i) => new ComponentJson(item, $"{self.Path}[{i}]"));
    }

    public IEnumerable<(string Name, ComponentJson Value)> Members()
    {
        Expect(JsonValueKind.Object);
        var self = this;
        return element.EnumerateObject().Select(p => (p.Name, new ComponentJson(p.Value, $"{self.Path}.{p.Name}")));
    }

    public bool Bool(string name, bool? fallback = null)
    {
        var member = Member(name);
        return member.IsNull && fallback is { } value ? value
            : member.Element.ValueKind is JsonValueKind.True or JsonValueKind.False ? member.Element.GetBoolean()
            : throw member.Fault("true or false");
    }

    public int Int(string name, int? fallback = null)
    {
        var member = Member(name);
        return member.IsNull && fallback is { } value ? value : member.AsInt();
    }

    public string String(string name, string? fallback = null)
    {
        var member = Member(name);
        return member.IsNull && fallback is not null ? fallback : member.AsString();
    }

    public string? StringOrNull(string name) => Member(name) is { IsNull: false } member ? member.AsString() : null;

    /// <summary>A text of exactly one UTF-16 unit.</summary>
    public char Char(string name, char? fallback = null)
    {
        var member = Member(name);
        return member.IsNull && fallback is { } value ? value
            : member.AsString() is [var unit] ? unit
            : throw member.Fault("one character up to U+FFFF");
    }

    public string AsString()
        => element.ValueKind == JsonValueKind.String ? element.GetString()! : throw Fault("a string");

    public int AsInt() =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var value)
            ? value : throw Fault("a 32-bit integer");

    public double AsDouble()
        => element.ValueKind == JsonValueKind.Number ? element.GetDouble() : throw Fault("a number");

    public InvalidDataException Fault(string expected)
    {
        var text = IsNull ? "nothing" : element.GetRawText();
        return new($"tokenizer.json: {path}: expected {expected}, got {(text.Length > 60 ? text[..60] + "…" : text)}.");
    }

    private void Expect(JsonValueKind kind)
    {
        if (element.ValueKind != kind)
        {
            throw Fault(kind == JsonValueKind.Object ? "an object" : "an array");
        }
    }
}
