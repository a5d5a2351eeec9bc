using System.Text.Json;
using MaaS.Text.Components;

namespace MaaS.Text.PreTokenizers;

/// <summary>Cuts at a text or a regular expression of the user's.</summary>
internal sealed class SplitPreTokenizer(TextPattern pattern, SplitBehavior behavior, bool invert)
    : PatternPreTokenizer(TypeName, pattern, behavior, invert)
{
    public const string TypeName = "Split";

    private readonly TextPattern _pattern = pattern;
    private readonly SplitBehavior _behavior = behavior;
    private readonly bool _invert = invert;

    public static SplitPreTokenizer Read(ComponentJson json) =>
        new(TextPattern.Read(json.Member("pattern")), json.ReadBehavior(), json.Bool("invert", false));

    public override void WriteMembers(Utf8JsonWriter writer)
    {
        _pattern.Write(writer, "pattern");
        writer.WriteString("behavior", _behavior.ToString());
        writer.WriteBoolean("invert", _invert);
    }
}
