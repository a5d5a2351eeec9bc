namespace MaaS.Core.Generation.Grammars.Patterns;

/// <summary>Ranges of code points as ranges of the bytes of their UTF-8.</summary>
/// <remarks>Thompson's and Cox's construction, as in RE2: a range is cut until all its characters share all bytes but
/// a tail of whole ranges.</remarks>
internal static class Utf8Ranges
{
    // The last code points of one, two, three and four bytes.
    private static readonly int[] LastOfLength = [0x7F, 0x7FF, 0xFFFF, 0x10FFFF];

    /// <summary>Sequences of byte ranges that together are exactly the range's characters.</summary>
    public static IEnumerable<(byte Low, byte High)[]> Of(int low, int high)
    {
        for (var length = 0; length < 4; length++)
        {
            var (from, to) = (
                Math.Max(low, length == 0 ? 0 : LastOfLength[length - 1] + 1), Math.Min(high, LastOfLength[length]));
            if (from > to)
            {
                continue;
            }

            foreach (var sequence in Cut(from, to, length))
            {
                yield return sequence;
            }
        }
    }

    private static IEnumerable<(byte, byte)[]> Cut(int low, int high, int tails)
    {
        for (var i = 1; i <= tails; i++)
        {
            var mask = (1 << (6 * i)) - 1;
            if ((low & ~mask) == (high & ~mask))
            {
                continue;
            }

            if ((low & mask) != 0)
            {
                return [.. Cut(low, low | mask, tails), .. Cut((low | mask) + 1, high, tails)];
            }

            if ((high & mask) != mask)
            {
                return [.. Cut(low, (high & ~mask) - 1, tails), .. Cut(high & ~mask, high, tails)];
            }
        }

        var (first, last) = (Bytes(low, tails), Bytes(high, tails));
        return [[.. first.Zip(last)]];
    }

    private static byte[] Bytes(int code, int tails)
    {
        var bytes = new byte[tails + 1];
        for (var i = tails; i > 0; i--)
        {
            bytes[i] = (byte)(0x80 | (code & 0x3F));
            code >>= 6;
        }

        bytes[0] = (byte)(tails switch { 0 => code, 1 => 0xC0 | code, 2 => 0xE0 | code, _ => 0xF0 | code });
        return bytes;
    }
}
