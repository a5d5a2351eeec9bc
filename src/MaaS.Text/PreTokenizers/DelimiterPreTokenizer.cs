using System.Text.Json;
using MaaS.Text.Components;

namespace MaaS.Text.PreTokenizers;

/// <summary>Words between one character.</summary>
internal sealed class DelimiterPreTokenizer(char delimiter)
    : PatternPreTokenizer(TypeName, TextPattern.Literal(delimiter.ToString()), SplitBehavior.Removed, invert: false)
{
    public const string TypeName = "CharDelimiterSplit";

    private readonly char _delimiter = delimiter;

    public static DelimiterPreTokenizer Read(ComponentJson json) => new(json.Char("delimiter"));

    public override void WriteMembers(Utf8JsonWriter writer) => writer.WriteString("delimiter", _delimiter.ToString());
}
