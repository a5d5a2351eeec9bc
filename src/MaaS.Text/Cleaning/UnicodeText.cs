using System.Globalization;
using System.Text;
using MaaS.Text.Unicode;

namespace MaaS.Text.Cleaning;

/// <summary>
/// Compatibility composition (NFKC): full-width letters, ligatures and combining accents get one spelling. Control,
/// zero-width and bidirectional marks, with which words are hidden from filters, go; lone surrogates become U+FFFD.
/// </summary>
/// <remarks>Unicode Standard Annex 15.</remarks>
internal sealed class UnicodeText : ICleaningStep
{
    public string Name => "unicode";

    public string Description => "Unicode NFKC without control and zero-width characters";

    public string Apply(string text)
    {
        var kept = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())   // Gives U+FFFD for a lone surrogate.
        {
            switch (Rune.GetUnicodeCategory(rune))
            {
                case UnicodeCategory.Control when !Rune.IsWhiteSpace(rune):
                case UnicodeCategory.Format:
                    break;
                default:
                    kept.Append(rune);
                    break;
            }
        }

        // Not string.Normalize: that does nothing where .NET runs without ICU.
        var buffer = new TextBuffer();
        buffer.Load(kept.ToString(), 0);
        UnicodeNormalization.Normalize(buffer, compatibility: true, compose: true);
        return new string(buffer.Chars);
    }
}
