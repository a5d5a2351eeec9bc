using System.Globalization;

namespace MaaS.Tabular.Tables;

/// <summary>The text of cells: what is a number, a boolean, a date.</summary>
internal static class CellText
{
    /// <summary>Dates without a format of their own.</summary>
    public static readonly string[] IsoFormats =
    [
        "yyyy-MM-dd", "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ss.FFFFFFF", "yyyy-MM-ddTHH:mm:ssZ",
        "yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFFF",
    ];

    /// <summary>Whether a text is a number, infinite ones included: <c>1e999</c> and <c>inf</c> are numbers that no
    /// column takes.</summary>
    public static bool TryNumber(string text, out double value)
    {
        if (text.Length > 1 && text[0] == '0' && char.IsAsciiDigit(text[1]))
        {
            value = double.NaN;    // 00123 is a code, no number.
            return false;
        }

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && !double.IsNaN(value))
        {
            return true;
        }

        value = text.Trim().TrimStart('+', '-').ToUpperInvariant() is "INF" or "INFINITY" or "∞"
            ? double.PositiveInfinity : double.NaN;
        return !double.IsNaN(value);
    }

    /// <summary>Whether a text is true, false, yes or no, in any letter case.</summary>
    public static bool TryBoolean(string text, out double value)
    {
        var upper = text.Length <= 5 ? text.ToUpperInvariant() : "";
        value = upper is "TRUE" or "YES" ? 1 : 0;
        return upper is "TRUE" or "YES" or "FALSE" or "NO";
    }

    /// <summary>Whether a text is a date; seconds since 1970.</summary>
    public static bool TryDate(string text, string? format, out double seconds)
    {
        var known = format is null
            ? DateTime.TryParseExact(text, IsoFormats, CultureInfo.InvariantCulture, Styles, out var date)
            : DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, Styles, out date);
        seconds = known ? (date - DateTime.UnixEpoch).TotalSeconds : double.NaN;
        return known;
    }

    /// <summary>A value as a file would hold it.</summary>
    public static string Write(ColumnKind kind, double value) => kind switch
    {
        ColumnKind.Boolean => value == 1 ? "true" : "false",
        ColumnKind.Date => Date(value).ToString(
            value % 86400 == 0 ? "yyyy-MM-dd" : "yyyy-MM-ddTHH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture),
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    /// <summary>The date of so many seconds since 1970.</summary>
    public static DateTime Date(double seconds) => DateTime.UnixEpoch.AddSeconds(seconds);

    private const DateTimeStyles Styles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
}
