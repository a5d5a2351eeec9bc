using System.Buffers.Binary;

namespace MaaS.Serving.Json;

/// <summary>A JSON number taken apart: ±digits · 10^exponent.</summary>
/// <param name="Digits">All digits as one integer; meaningless when <paramref name="IsLong"/>.</param>
/// <param name="Exponent">Of ten.</param>
/// <param name="IsNegative">Whether a minus stands before it.</param>
/// <param name="IsLong">Whether it has more digits than 64 bits hold for certain.</param>
internal readonly record struct DecimalText(ulong Digits, int Exponent, bool IsNegative, bool IsLong)
{
    private const int MaxDigits = 19;

    /// <summary>Takes the number at the start of a text apart.</summary>
    /// <returns>Its length; 0 where there is none.</returns>
    public static int Read(ReadOnlySpan<byte> text, out DecimalText number)
    {
        number = default;
        var i = 0;
        var negative = text.Length > 0 && text[0] == '-';
        if (negative)
        {
            i++;
        }

        if (i >= text.Length || !IsDigit(text[i]))
        {
            return 0;
        }

        ulong digits = 0;
        var first = i;
        if (text[i] == '0')
        {
            i++;
        }
        else
        {
            i = ReadDigits(text, i, ref digits);
        }

        var count = i - first;
        var exponent = 0;
        if (i < text.Length && text[i] == '.')
        {
            var fraction = i + 1;
            i = ReadDigits(text, fraction, ref digits);
            exponent = fraction - i;
            if (exponent == 0)
            {
                return 0;
            }

            count -= exponent;
        }
        else if (i < text.Length && IsDigit(text[i]))
        {
            return 0; // A zero before other digits.
        }

        if (i < text.Length && (text[i] | 0x20) == 'e')
        {
            i = ReadExponent(text, i + 1, ref exponent);
            if (i == 0)
            {
                return 0;
            }
        }

        number = new DecimalText(
            digits, exponent, negative, count > MaxDigits && Significant(text[first..]) > MaxDigits);
        return i;
    }

    private static bool IsDigit(byte c) => (uint)(c - '0') <= 9;

    private static int ReadDigits(ReadOnlySpan<byte> text, int i, ref ulong digits)
    {
        // Eight at a time: a fraction of a float has seven to nine digits, one of a double about sixteen.
        while (i + 8 <= text.Length)
        {
            var eight = BinaryPrimitives.ReadUInt64LittleEndian(text[i..]);
            if (!AreDigits(eight))
            {
                break;
            }

            digits = digits * 100_000_000 + ValueOf(eight);
            i += 8;
        }

        for (; i < text.Length && IsDigit(text[i]); i++)
        {
            digits = digits * 10 + (uint)(text[i] - '0');
        }

        return i;
    }

    /// <summary>
    /// Whether all eight bytes are '0' to '9': the upper half of each is 3, and stays 3 when 6 is added.
    /// </summary>
    private static bool AreDigits(ulong eight)
        => (
            (eight & 0xF0F0F0F0F0F0F0F0) | (
                ((eight + 0x0606060606060606) & 0xF0F0F0F0F0F0F0F0) >> 4)) == 0x3333333333333333;

    /// <summary>
    /// The number that eight digits are: neighbours are joined to pairs, pairs to fours, fours to the whole.
    /// </summary>
    private static uint ValueOf(ulong eight)
    {
        eight -= 0x3030303030303030;
        // Pairs in every other byte.
        eight = (eight * 10) + (eight >> 8);
        const ulong Pairs = 0x000000FF000000FF;
        return (uint)(
            (
                ((eight & Pairs) * (100 + (1_000_000UL << 32)))
                    + (((eight >> 16) & Pairs) * (1 + (10_000UL << 32)))) >> 32);
    }

    private static int ReadExponent(ReadOnlySpan<byte> text, int i, ref int exponent)
    {
        var negative = i < text.Length && text[i] == '-';
        if (negative || (i < text.Length && text[i] == '+'))
        {
            i++;
        }

        var first = i;
        var value = 0;
        for (; i < text.Length && IsDigit(text[i]); i++)
        {
            value = Math.Min(value * 10 + (text[i] - '0'), 1_000_000);
        }

        exponent += negative ? -value : value;
        return i == first ? 0 : i;
    }

    private static int Significant(ReadOnlySpan<byte> text)
    {
        var count = 0;
        foreach (var c in text)
        {
            if (IsDigit(c))
            {
                count += count > 0 || c != '0' ? 1 : 0;
            }
            else if (c != '.')
            {
                break;
            }
        }

        return count;
    }
}
