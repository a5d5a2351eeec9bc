using System.Text.Json;
using MaaS.Serving.Faults;

namespace MaaS.Serving.OpenAi;

/// <summary>The members of one JSON object of a request. Each is asked for or refused by name: what nobody has asked
/// for at the end is an error, so that no client takes an option for granted that does nothing.</summary>
internal sealed class RequestFields
{
    private readonly Dictionary<string, JsonElement> _members = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly string _path;

    /// <param name="json">An object.</param>
    /// <param name="path">Where it stands in the request, as <c>messages[1]</c>; empty for the request itself.</param>
    /// <exception cref="RequestException">400: it is no object.</exception>
    public RequestFields(JsonElement json, string path = "")
    {
        _path = path;
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw Fault(path.Length == 0 ? null : path, $"expected an object, got {Kind(json)}");
        }

        foreach (var member in json.EnumerateObject())
        {
            _members[member.Name] = member.Value;
        }
    }

    /// <summary>Reads a body.</summary>
    /// <exception cref="RequestException">400: it is no JSON object, holds a string that is no Unicode text, or an
    /// object with a member twice, at whatever depth.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static RequestFields Parse(ReadOnlySpan<byte> body)
    {
        RequestText.Check(body);
        return new RequestFields(JsonElement.Parse(body));
    }

    /// <summary>The path of a member, for errors.</summary>
    public string At(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    /// <summary>A member of any kind; null where it is absent or null.</summary>
    public JsonElement? Find(string name)
    {
        _asked.Add(name);
        return _members.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    /// <summary>A member that must be there.</summary>
    /// <exception cref="RequestException">400: it is absent or null.</exception>
    public JsonElement Need(string name, string expected)
        => Find(name) ?? throw Fault(At(name), $"expected {expected}, got none");

    /// <summary>A text; null where it is absent or null.</summary>
    public string? Text(string name) => Find(name) is { } value ? TextOf(value, At(name)) : null;

    /// <summary>One of some texts; the first of them where it is absent or null.</summary>
    public string OneOf(string name, params ReadOnlySpan<string> allowed)
    {
        var text = Text(name) ?? allowed[0];
        return allowed.Contains(text) ? text
            : throw Fault(At(name), $"expected one of {string.Join(", ", allowed!)}, got '{text}'");
    }

    /// <summary>A whole number in a range; null where it is absent or null.</summary>
    public int? Integer(string name, int from, int to)
        => Find(name) is not { } value ? null
            : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= from
                && number <= to ? number
            : throw Fault(At(name), $"expected a whole number from {from} to {to}, got {Shown(value)}");

    /// <summary>A number in a range; null where it is absent or null.</summary>
    public double? Number(string name, double from, double to)
        => Find(name) is not { } value ? null
            : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= from
                && number <= to ? number
            : throw Fault(
                At(name), FormattableString.Invariant($"expected a number from {from} to {to}, got {Shown(value)}"));

    /// <summary>Yes or no; null where it is absent or null.</summary>
    public bool? Flag(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } other => throw Fault(At(name), $"expected true or false, got {Kind(other)}"),
    };

    /// <summary>The entries of an array with their paths; null where it is absent or null.</summary>
    public IReadOnlyList<(JsonElement Value, string Path)>? Items(string name)
        => Find(name) is not { } value ? null
            : value.ValueKind == JsonValueKind.Array
                ? [.. value.EnumerateArray().Select((item, i) => (item, $"{At(name)}[{i}]"))]
            : throw Fault(At(name), $"expected an array, got {Kind(value)}");

    /// <summary>Refuses members that are known and not done here.</summary>
    /// <param name="why">What to do instead.</param>
    /// <param name="names">Their names.</param>
    /// <exception cref="RequestException">400: one of them is there, and not null.</exception>
    public void Refuse(string why, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Find(name) is not null)
            {
                throw Fault(At(name), $"not done by this server; {why}", "unsupported_parameter");
            }
        }
    }

    /// <summary>Ends the reading.</summary>
    /// <exception cref="RequestException">400: there is a member that nobody has asked for.</exception>
    public void Finish()
    {
        foreach (var (name, value) in _members)
        {
            if (!_asked.Contains(name) && value.ValueKind != JsonValueKind.Null)
            {
                throw Fault(At(name), "no such parameter is known here", "unknown_parameter");
            }
        }
    }

    /// <summary>A string as text.</summary>
    /// <exception cref="RequestException">400: it is no string.</exception>
    public static string TextOf(JsonElement value, string path)
        => value.ValueKind == JsonValueKind.String ? value.GetString()!
            : throw Fault(path, $"expected a text, got {Kind(value)}");

    /// <summary>The fault of a member.</summary>
    public static RequestException Fault(string? path, string message, string? code = null)
        => new(FaultKind.InvalidArgument, path is null ? message : $"{path}: {message}")
        {
            Parameter = path,
            Code = code,
        };

    /// <summary>What kind of JSON a value is, for errors.</summary>
    public static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    private static string Shown(JsonElement value)
        => value.ValueKind == JsonValueKind.Number && value.GetRawText() is { Length: <= 32 } text ? text : Kind(value);
}
