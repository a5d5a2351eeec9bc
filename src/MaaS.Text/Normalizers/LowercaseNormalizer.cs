using System.Text;
using System.Text.Json;
using MaaS.Text.Unicode;

namespace MaaS.Text.Normalizers;

/// <summary>Lower case, whatever the language.</summary>
internal sealed class LowercaseNormalizer : INormalizer
{
    public const string TypeName = "Lowercase";

    public string Name => TypeName;

    public void WriteMembers(Utf8JsonWriter writer)
    {
        // The name says all.
    }

    public void Normalize(TextBuffer text)
    {
        if (Ascii.IsValid(text.Chars))
        {
            Ascii.ToLowerInPlace(text.Chars, out _);
            return;
        }

        text.BeginRewrite();
        for (int i = 0, width; i < text.Length; i += width)
        {
            CaseMapping.EmitLower(text, CharClasses.CodePointAt(text.Chars, i, out width), text.Origin(i, i + width));
        }

        text.EndRewrite();
    }
}
