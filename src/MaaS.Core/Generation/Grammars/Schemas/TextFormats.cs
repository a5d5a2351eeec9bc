using MaaS.Core.Generation.Grammars.Patterns;

namespace MaaS.Core.Generation.Grammars.Schemas;

/// <summary>The formats of strings that schemas may name. What is written is a part of what the format allows: years
/// from 1000, 28 days in every February, mail addresses of plain letters.</summary>
internal static class TextFormats
{
    private const string Date = "[1-9][0-9]{3}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
        + "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))";

    private const string Time = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,6})?"
        + "(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])";

    private const string Byte = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

    private static readonly Dictionary<string, string> Patterns = new(StringComparer.Ordinal)
    {
        ["date"] = Date,
        ["time"] = Time,
        ["date-time"] = $"{Date}T{Time}",
        ["uuid"] = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        ["email"] = "[A-Za-z0-9](?:[._+-]?[A-Za-z0-9]){0,30}@[A-Za-z0-9](?:-?[A-Za-z0-9]){0,30}"
            + "(?:\\.[A-Za-z0-9]{2,20}){1,3}",
        ["ipv4"] = $"{Byte}(?:\\.{Byte}){{3}}",
    };

    public static PatternNode Of(string format, string place) => Patterns.TryGetValue(format, out var pattern)
        ? PatternParser.ParseWhole(pattern)
        : throw new SchemaFault(
            place, $"the format '{format}' is not supported; supported are {string.Join(", ", Patterns.Keys)}");
}
