using System.Globalization;
using System.Text;
using System.Text.Json;
using MaaS.Text.Unicode;

namespace MaaS.Text.Normalizers;

/// <summary>Leaves all combining marks out; NFD before it separates them from their letters.</summary>
internal sealed class StripAccentsNormalizer : INormalizer
{
    public const string TypeName = "StripAccents";

    public string Name => TypeName;

    public void WriteMembers(Utf8JsonWriter writer)
    {
        // The name says all.
    }

    public void Normalize(TextBuffer text)
    {
        if (Ascii.IsValid(text.Chars))
        {
            return;
        }

        text.BeginRewrite();
        for (int i = 0, width; i < text.Length; i += width)
        {
            var codePoint = CharClasses.CodePointAt(text.Chars, i, out width);
            if (!IsMark(codePoint))
            {
                text.Emit(codePoint, text.Origin(i, i + width));
            }
        }

        text.EndRewrite();
    }

    private static bool IsMark(int codePoint) => CharUnicodeInfo.GetUnicodeCategory(codePoint)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
}
