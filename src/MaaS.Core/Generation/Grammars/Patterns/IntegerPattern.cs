using System.Globalization;

namespace MaaS.Core.Generation.Grammars.Patterns;

/// <summary>Patterns of whole numbers between bounds, exactly.</summary>
internal static class IntegerPattern
{
    /// <summary>Numbers of a range as JSON writes them, without -0.</summary>
    public static string Between(long low, long high)
    {
        List<string> options = [];
        if (low < 0)
        {
            options.Add($"-(?:{Magnitudes(Math.Max(1, -Math.Min(high, -1)), -low)})");
        }

        if (high >= 0)
        {
            options.Add(Magnitudes(Math.Max(low, 0), high));
        }

        return string.Join('|', options);
    }

    /// <summary>Numbers of a range without a sign.</summary>
    /// <param name="low">From 0.</param>
    /// <param name="high">At least <paramref name="low"/>.</param>
    public static string Magnitudes(long low, long high)
    {
        List<string> options = [];
        var most = Text(high);
        while (Text(low).Length < most.Length)
        {
            // Up to the last number of so many digits.
            var nines = new string('9', Text(low).Length);
            options.Add(SameLength(Text(low), nines));
            low = long.Parse(nines, CultureInfo.InvariantCulture) + 1;
        }

        options.Add(SameLength(Text(low), most));
        return string.Join('|', options);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string SameLength(string low, string high)
    {
        if (low.Length == 0)
        {
            return "";
        }

        var (first, last) = (low[0], high[0]);
        if (first == last)
        {
            return first + Group(SameLength(low[1..], high[1..]));
        }

        List<string> options = [];
        var from = AllAre(low[1..], '0') ? first : (char)(first + 1);
        var to = AllAre(high[1..], '9') ? last : (char)(last - 1);
        if (from != first)
        {
            options.Add(first + Group(SameLength(low[1..], new string('9', low.Length - 1))));
        }

        if (from <= to)
        {
            options.Add($"[{from}-{to}]" + (low.Length > 1 ? $"[0-9]{{{low.Length - 1}}}" : ""));
        }

        if (to != last)
        {
            options.Add(last + Group(SameLength(new string('0', high.Length - 1), high[1..])));
        }

        return string.Join('|', options);
    }

    private static string Group(string pattern)
        => pattern.Contains('|', StringComparison.Ordinal) ? $"(?:{pattern})" : pattern;

    private static bool AllAre(string digits, char digit) => digits.All(d => d == digit);
}
