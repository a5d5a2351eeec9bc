using System.Globalization;

namespace MaaS.Serving.Json;

/// <summary>
/// Reads float64 numbers: the same bits as
/// <see cref="double.Parse(ReadOnlySpan{byte}, NumberStyles, IFormatProvider?)"/>.
/// </summary>
/// <remarks>
/// Digits below 2^53 and powers of ten up to 10^22 are exact in double precision, so one operation rounds once (Clinger
/// 1990); .NET's own parser does the rest.
/// </remarks>
internal readonly struct DoubleText : INumberText<double>
{
    private static readonly double[] Powers =
        [.. Enumerable.Range(0, 23).Select(i => double.Parse($"1e{i}", CultureInfo.InvariantCulture))];

    public static int Parse(ReadOnlySpan<byte> text, out double value)
    {
        var length = DecimalText.Read(text, out var number);
        if (!number.IsLong && number.Digits <= 1UL << 53 && Math.Abs(number.Exponent) < Powers.Length)
        {
            value = number.Exponent < 0
                ? number.Digits / Powers[-number.Exponent] : number.Digits * Powers[number.Exponent];
            value = number.IsNegative ? -value : value;
            return length;
        }

        return double.TryParse(text[..length], NumberStyles.Float, CultureInfo.InvariantCulture, out value)
            && double.IsFinite(value)
            ? length : 0;
    }
}
