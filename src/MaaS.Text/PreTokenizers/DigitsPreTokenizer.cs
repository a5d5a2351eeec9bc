using System.Text.Json;
using MaaS.Text.Components;
using MaaS.Text.Unicode;

namespace MaaS.Text.PreTokenizers;

/// <summary>Separates numbers from other text, whole or digit by digit.</summary>
internal sealed class DigitsPreTokenizer(bool individual)
    : ClassPreTokenizer(TypeName, CharClass.Number, individual ? SplitBehavior.Isolated : SplitBehavior.Contiguous)
{
    public const string TypeName = "Digits";

    private readonly bool _individual = individual;

    public static DigitsPreTokenizer Read(ComponentJson json) => new(json.Bool("individual_digits", false));

    public override void WriteMembers(Utf8JsonWriter writer) => writer.WriteBoolean("individual_digits", _individual);
}
