namespace MaaS.Core.Generation.Grammars.Patterns;

/// <summary>Patterns of numbers, of bounded length so that every number ends.</summary>
internal static class NumberPattern
{
    /// <summary>Whole numbers without given bounds go no further: every program reads them exactly.</summary>
    public const long Usual = 999_999_999_999_999;

    /// <summary>Bounds go no further.</summary>
    public const long Most = 999_999_999_999_999_999;

    // A fraction that is not zero.
    private const string Fraction = "\\.[0-9]{0,5}[1-9]";

    // Above, a double does not tell a number with such a fraction from its neighbours that are whole.
    private const long MostExact = 1_000_000_000;

    /// <summary>Whole numbers of a range.</summary>
    public static string Integer(long? low, long? high)
    {
        var (from, to) = Bounds(low, high);
        return IntegerPattern.Between(from, to);
    }

    /// <summary>Any number.</summary>
    public static string Free => "-?(?:0|[1-9][0-9]{0,14})(?:\\.[0-9]{1,15})?(?:[eE][+-]?[0-9]{1,2})?";

    /// <summary>Numbers of a range, without exponents.</summary>
    /// <param name="low">Null for none.</param>
    /// <param name="high">Null for none.</param>
    /// <param name="lowOut">Whether <paramref name="low"/> itself is left out.</param>
    /// <param name="highOut">Whether <paramref name="high"/> itself is left out.</param>
    /// <returns>Null where there are none.</returns>
    public static string? Number(long? low, long? high, bool lowOut, bool highOut)
    {
        var (from, to) = Bounds(low, high);
        List<string> options = [];
        if (to >= 0)
        {
            AddMagnitudes(options, "", Math.Max(from, 0), to, lowOut && from >= 0, highOut);
        }

        if (from < 0)
        {
            AddMagnitudes(options, "-", Math.Max(-to, 0), -from, highOut || to >= 0, lowOut);
        }

        return options.Count == 0 ? null : string.Join('|', options);
    }

    // Whole numbers, then those with a fraction, which lie between one whole number and the next.
    private static void AddMagnitudes(List<string> options, string sign, long low, long high, bool lowOut, bool highOut)
    {
        var (first, last) = (lowOut ? low + 1 : low, highOut ? high - 1 : high);
        if (first <= last)
        {
            options.Add($"{sign}(?:{IntegerPattern.Magnitudes(first, last)})(?:\\.0)?");
        }

        (first, last) = (lowOut && low > MostExact ? low + 1 : low, highOut && high > MostExact ? high - 2 : high - 1);
        if (first <= last)
        {
            options.Add($"{sign}(?:{IntegerPattern.Magnitudes(first, last)}){Fraction}");
        }
    }

    // Where one bound is not given, the other may lie beyond the usual ones.
    private static (long Low, long High) Bounds(long? low, long? high)
    {
        var from = low ?? (high < -Usual ? -Most : -Usual);
        var to = high ?? (low > Usual ? Most : Usual);
        return (from, to);
    }
}
