namespace MaaS.Text.Unicode;

/// <summary>GPT-2's 256 printable characters that stand for bytes.</summary>
internal static class ByteAlphabet
{
    private static readonly char[] ByByte = MakeTable();
    private static readonly Dictionary<char, byte> ByChar = ByByte.Select((c, b) => (c, b))
        .ToDictionary(static p => p.c, static p => (byte)p.b);

    /// <summary>The character that stands for a space.</summary>
    public static char Space => ByByte[' '];

    /// <summary>All, by byte.</summary>
    public static ReadOnlySpan<char> Chars => ByByte;

    public static bool TryGetByte(char c, out byte value) => ByChar.TryGetValue(c, out value);

    // Printable Latin-1 characters stand for themselves, the rest takes U+0100 and on.
    private static char[] MakeTable()
    {
        var (table, next) = (new char[256], '\u0100');
        for (var b = 0; b < 256; b++)
        {
            table[b] = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)b : next++;
        }

        return table;
    }
}
