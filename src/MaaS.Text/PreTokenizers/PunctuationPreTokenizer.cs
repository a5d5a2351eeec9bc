using System.Text.Json;
using MaaS.Text.Components;
using MaaS.Text.Unicode;

namespace MaaS.Text.PreTokenizers;

/// <summary>Cuts at punctuation.</summary>
internal sealed class PunctuationPreTokenizer(SplitBehavior behavior)
    : ClassPreTokenizer(TypeName, CharClass.Punctuation, behavior)
{
    public const string TypeName = "Punctuation";

    private readonly SplitBehavior _behavior = behavior;

    public static PunctuationPreTokenizer Read(ComponentJson json) => new(json.ReadBehavior(SplitBehavior.Isolated));

    public override void WriteMembers(Utf8JsonWriter writer) => writer.WriteString("behavior", _behavior.ToString());
}
