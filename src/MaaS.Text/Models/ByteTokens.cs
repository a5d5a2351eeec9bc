using System.Globalization;

namespace MaaS.Text.Models;

/// <summary>Tokens <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c> that stand for the bytes of what a vocabulary
/// lacks.</summary>
internal static class ByteTokens
{
    /// <summary>The ids of all 256, by byte; where a vocabulary lacks one it is -1.</summary>
    public static int[] Ids(Vocabulary vocabulary) =>
        [.. Enumerable.Range(0, 256).Select(b => vocabulary.TryGetId(Token((byte)b), out var id) ? id : -1)];

    public static string Token(byte value) => $"<0x{value:X2}>";

    /// <summary>Whether a token stands for a byte.</summary>
    public static bool TryParse(string token, out byte value)
    {
        value = 0;
        return token is ['<', '0', 'x', _, _, '>']
            && byte.TryParse(
                token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
