using System.Globalization;

namespace MaaS.Serving.Json;

/// <summary>
/// Reads float32 numbers: the same bits as
/// <see cref="float.Parse(ReadOnlySpan{byte}, NumberStyles, IFormatProvider?)"/>, several times as fast.
/// </summary>
/// <remarks>
/// Digits · 10^exponent is computed in double precision. Each of the three roundings on the way (digits, power,
/// product) errs by half a unit in the last place, so the exact value lies within <see cref="Doubt"/> units. Where no
/// midpoint of two floats lies so near, rounding the double gives the nearest float; elsewhere, about once in 60
/// million numbers, .NET's own parser decides.
/// </remarks>
internal readonly struct FloatText : INumberText<float>
{
    private const ulong BelowFloat = (1UL << 29) - 1, Midpoint = 1UL << 28, Doubt = 4;
    private const double SmallestNormal = 1.1754944e-38, Largest = 3.4028234e38;

    private static readonly double[] Powers =
        [.. Enumerable.Range(0, 45).Select(i => double.Parse($"1e{i}", CultureInfo.InvariantCulture))];

    public static int Parse(ReadOnlySpan<byte> text, out float value)
    {
        var length = DecimalText.Read(text, out var number);
        if (!TryRound(number, out value)
            && !(
                float.TryParse(text[..length], NumberStyles.Float, CultureInfo.InvariantCulture, out value)
                    && float.IsFinite(value)))
        {
            return 0;
        }

        return length;
    }

    private static bool TryRound(in DecimalText number, out float value)
    {
        value = 0;
        var exponent = number.Exponent;
        if (number.IsLong || (uint)(exponent + 44) > 88)
        {
            return false;
        }

        double exact = number.Digits;
        exact = exponent < 0 ? exact / Powers[-exponent] : exact * Powers[exponent];
        var offset = (BitConverter.DoubleToUInt64Bits(exact) & BelowFloat) - (Midpoint - Doubt);
        if (offset <= 2 * Doubt || exact is not (>= SmallestNormal and <= Largest))
        {
            value = number.IsNegative ? -0f : 0f;
            return number.Digits == 0;
        }

        value = number.IsNegative ? -(float)exact : (float)exact;
        return true;
    }
}
