using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace MaaS.Text.Cleaning;

/// <summary>
/// Puts <c>&lt;email&gt;</c>, <c>&lt;card&gt;</c>, <c>&lt;ip&gt;</c> and <c>&lt;phone&gt;</c> where personal data
/// stands: e-mail addresses, payment card numbers (13 to 19 digits that pass the Luhn check), IP addresses of version 4
/// and 6, telephone numbers. It finds what is written in the usual ways; it is no proof that nothing personal is left.
/// </summary>
internal sealed partial class PersonalDataMask : ICleaningStep
{
    public string Name => "mask";

    public string Description => "e-mail addresses, card numbers, IP addresses and telephone numbers masked";

    public string Apply(string text) => Mask(text, null);

    /// <summary>Masks and says what was found.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="found">Called once for each that was masked; null for nobody.</param>
    internal static string Mask(string text, Action<PersonalDataKind>? found)
    {
        string Found(PersonalDataKind kind, string mask)
        {
            found?.Invoke(kind);
            return mask;
        }

        text = Email().Replace(text, _ => Found(PersonalDataKind.Email, "<email>"));
        text = Digits().Replace(text, m => MaskCards(m.Value, () => Found(PersonalDataKind.Card, "<card>")));
        text = Version4().Replace(text, _ => Found(PersonalDataKind.IpAddress, "<ip>"));
        text = Version6().Replace(text, m => MaskVersion6(m.Value, () => Found(PersonalDataKind.IpAddress, "<ip>")));
        return Phone().Replace(
            text, m => IsPhone(m.Value) ? Found(PersonalDataKind.Phone, "<phone>") : m.Value);
    }

    [GeneratedRegex(
        @"(?<![\p{L}\p{N}._%+\-])[\p{L}\p{N}._%+\-]{1,64}@(?:[\p{L}\p{N}\-]{1,63}\.){1,8}[\p{L}\p{N}\-]{2,63}",
        RegexOptions.CultureInvariant)]
    private static partial Regex Email();

    [GeneratedRegex(@"(?<![0-9])[0-9](?:[ \-]?[0-9]){12,}(?![0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex Digits();

    // Not behind "v", "ver." or "version": that is a version of something.
    [GeneratedRegex(
        @"(?<![0-9.]|\b[Vv](?:er(?:sion)?)?[.:]? ?)(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\.){3}"
            + @"(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(?![0-9]|\.[0-9])",
        RegexOptions.CultureInvariant)]
    private static partial Regex Version4();

    [GeneratedRegex(
        @"(?<![\p{L}\p{N}_:.])[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{1,44}(?![\p{L}\p{N}_])", RegexOptions.CultureInvariant)]
    private static partial Regex Version6();

    [GeneratedRegex(
        @"(?<![\p{L}\p{N}.\-/])\+?\(?[0-9][0-9().\-/ ]{5,22}[0-9](?![\p{L}\p{N}])", RegexOptions.CultureInvariant)]
    private static partial Regex Phone();

    [GeneratedRegex(
        @"^(?:1[\-. ])?\(?[2-9][0-9]{2}\)?[\-. /]{0,2}[2-9][0-9]{2}[\-. ][0-9]{4}$", RegexOptions.CultureInvariant)]
    private static partial Regex NorthAmerican();

    [GeneratedRegex(@"^[0-9]{1,2}[./\-][0-9]{1,2}[./\-][0-9]{2,4}", RegexOptions.CultureInvariant)]
    private static partial Regex Date();

    // Groups of digits, as 4111 1111 1111 1111: the longest sequence of whole groups that is a card number, from the
    // left.
    private static string MaskCards(string run, Func<string> mask)
    {
        List<(int Start, int End)> groups = [];
        for (var i = 0; i < run.Length; i++)
        {
            var start = i;
            while (i < run.Length && char.IsAsciiDigit(run[i]))
            {
                i++;
            }

            groups.Add((start, i));
        }

        var result = new StringBuilder();
        for (var first = 0; first < groups.Count;)
        {
            var last = LastOfCard(run, groups, first);
            result.Append(last < 0 ? run[groups[first].Start..groups[first].End] : mask());
            first = (last < 0 ? first : last) + 1;
            if (first < groups.Count)
            {
                result.Append(run[groups[first].Start - 1]);
            }
        }

        return result.ToString();
    }

    private static int LastOfCard(string run, List<(int Start, int End)> groups, int first)
    {
        var (found, digits) = (-1, 0);
        for (var last = first; last < groups.Count && (digits += groups[last].End - groups[last].Start) <= 19; last++)
        {
            if (digits >= 13 && PassesLuhn(run.AsSpan(groups[first].Start, groups[last].End - groups[first].Start)))
            {
                found = last;
            }
        }

        return found;
    }

    // ISO/IEC 7812-1, annex B.
    private static bool PassesLuhn(ReadOnlySpan<char> number)
    {
        var (sum, twice) = (0, false);
        for (var i = number.Length - 1; i >= 0; i--)
        {
            if (!char.IsAsciiDigit(number[i]))
            {
                continue;
            }

            var digit = (number[i] - '0') * (twice ? 2 : 1);
            sum += digit > 9 ? digit - 9 : digit;
            twice = !twice;
        }

        return sum % 10 == 0 && number.ContainsAnyExcept('0', ' ', '-');
    }

    private static string MaskVersion6(string run, Func<string> mask)
    {
        var address = run.TrimEnd('.');
        if (address.EndsWith(':') && !address.EndsWith("::", StringComparison.Ordinal))
        {
            address = address[..^1];
        }

        return address.AsSpan().ContainsAnyInRange('0', 'f') && address.AsSpan().Count(':') >= 2 && address != "::"
            && IPAddress.TryParse(address, out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6
            ? string.Concat(mask(), run.AsSpan(address.Length))
            : run;
    }

    private static bool IsPhone(string number)
    {
        var digits = number.Count(char.IsAsciiDigit);
        if (digits is < 7 or > 15 || Date().IsMatch(number))
        {
            return false;
        }

        return number[0] == '+'
            || (number.StartsWith("00", StringComparison.Ordinal) && digits >= 10)
            // "0.25 0.125 1.5" and "0 1 2" are other numbers.
            || (
                number[0] == '0' && char.IsAsciiDigit(number[1]) && digits is >= 9 and <= 12
                    && number.AsSpan().ContainsAny(' ', '-', '/'))
            || NorthAmerican().IsMatch(number);
    }
}
