using System.Text;
using MaaS.Text.Unicode;

namespace MaaS.Text.Normalizers;

/// <summary>Lower case by Unicode's full mapping without context: one code point becomes one, but İ becomes
/// two.</summary>
internal static class CaseMapping
{
    private const int CapitalIWithDot = 0x130, CombiningDotAbove = 0x307;

    /// <summary>Adds a code point in lower case.</summary>
    public static void EmitLower(TextBuffer text, int codePoint, TextSpan origin)
    {
        if (codePoint == CapitalIWithDot)
        {
            text.Emit('i', origin);
            text.Emit(CombiningDotAbove, origin);
            return;
        }

        text.Emit(Rune.ToLowerInvariant(new Rune(codePoint)).Value, origin);
    }
}
