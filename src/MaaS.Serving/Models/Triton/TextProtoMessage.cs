using System.Globalization;

namespace MaaS.Serving.Models.Triton;

/// <summary>A message in protobuf's text format: its fields in the order of the file.</summary>
internal sealed class TextProtoMessage
{
    private readonly List<(string Name, TextProtoValue Value)> _fields = [];

    /// <summary>Names of the fields, each once.</summary>
    public IEnumerable<string> Names => _fields.Select(f => f.Name).Distinct(StringComparer.Ordinal);

    public void Add(string name, TextProtoValue value) => _fields.Add((name, value));

    /// <summary>Every value of a repeated field.</summary>
    public IEnumerable<TextProtoValue> All(string name) => _fields.Where(f => f.Name == name).Select(f => f.Value);

    /// <summary>The messages of a repeated field.</summary>
    /// <exception cref="InvalidDataException">One is no message.</exception>
    public IEnumerable<TextProtoMessage> Messages(string name)
        => All(name).Select(
            v => v.Message ?? throw new InvalidDataException($"{name}: expected {{ … }}, got '{v.Text}'."));

    /// <summary>A message; null where it is missing.</summary>
    public TextProtoMessage? Message(string name) => Messages(name).LastOrDefault();

    /// <summary>A text; null where it is missing.</summary>
    /// <exception cref="InvalidDataException">It is a message.</exception>
    public string? Text(string name) => All(name).Select(v => TextOf(name, v)).LastOrDefault();

    /// <summary>Integers of a repeated field.</summary>
    /// <exception cref="InvalidDataException">One is no integer.</exception>
    public IEnumerable<long> Integers(string name) => All(name).Select(v
        => long.TryParse(TextOf(name, v), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        ? number
            : throw new InvalidDataException($"{name}: expected an integer, got '{v.Text}'."));

    /// <summary>An integer; null where it is missing.</summary>
    public long? Integer(string name)
    {
        var all = Integers(name).ToArray();
        return all.Length > 0 ? all[^1] : null;
    }

    /// <summary>Whether a flag is set.</summary>
    public bool Flag(string name) => Text(name) is "true" or "True" or "t" or "1";

    private static string TextOf(string name, TextProtoValue value)
        => value.Text ?? throw new InvalidDataException($"{name}: expected a value, got {{ … }}.");
}

/// <summary>A field's value: a text, which numbers and names of enumerations are as well, or a message.</summary>
internal sealed record TextProtoValue(string? Text, TextProtoMessage? Message);
