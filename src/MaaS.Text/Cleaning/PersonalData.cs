using System.Text.RegularExpressions;

namespace MaaS.Text.Cleaning;

/// <summary>Finds and masks personal data in the cells of tables: what the cleaning step <c>mask</c> of texts does, and
/// account numbers. It finds what is written in the usual ways; it is no proof that nothing personal is left.</summary>
public static partial class PersonalData
{
    /// <summary>Puts <c>&lt;email&gt;</c>, <c>&lt;iban&gt;</c>, <c>&lt;card&gt;</c>, <c>&lt;ip&gt;</c> and
    /// <c>&lt;phone&gt;</c> where personal data stands.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="found">Called once for each that was masked; null for nobody.</param>
    public static string Mask(string text, Action<PersonalDataKind>? found = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = Account().Replace(text, m =>
        {
            if (!IsIban(m.Value))
            {
                return m.Value;
            }

            found?.Invoke(PersonalDataKind.Iban);
            return "<iban>";
        });
        return PersonalDataMask.Mask(text, found);
    }

    /// <summary>Whether a text is an account number: two letters, two check digits and up to 30 more letters or digits,
    /// blanks between groups allowed.</summary>
    /// <remarks>ISO 13616; the check digits are those of ISO 7064, modulo 97.</remarks>
    internal static bool IsIban(string text)
    {
        var compact = text.Replace(" ", "", StringComparison.Ordinal);
        if (compact.Length is < 15 or > 34)
        {
            return false;
        }

        var remainder = 0;
        foreach (var letter in compact[4..] + compact[..4])
        {
            remainder = char.IsAsciiDigit(letter)
                ? (remainder * 10 + (letter - '0')) % 97 : (remainder * 100 + (letter - 'A' + 10)) % 97;
        }

        return remainder == 1;
    }

    [GeneratedRegex(
        @"(?<![\p{L}\p{N}])[A-Z]{2}[0-9]{2}(?:[A-Z0-9]{11,30}|(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,4})?)"
            + @"(?![\p{L}\p{N}])",
        RegexOptions.CultureInvariant)]
    private static partial Regex Account();
}
