using System.Text.Json;
using MaaS.Text.Components;
using MaaS.Text.Unicode;

namespace MaaS.Text.Normalizers;

/// <summary>Puts a text before every text that is not empty; it comes from the first character.</summary>
internal sealed class PrependNormalizer(string prefix) : INormalizer
{
    public const string TypeName = "Prepend";

    public string Name => TypeName;

    public static PrependNormalizer Read(ComponentJson json) => new(json.String("prepend"));

    public void WriteMembers(Utf8JsonWriter writer) => writer.WriteString("prepend", prefix);

    public void Normalize(TextBuffer text)
    {
        if (text.Length == 0)
        {
            return;
        }

        text.BeginRewrite();
        foreach (var unit in prefix)
        {
            text.Emit(unit, text.OriginOfCodePoint(0));
        }

        for (var i = 0; i < text.Length; i++)
        {
            text.Keep(i);
        }

        text.EndRewrite();
    }
}
