using System.Globalization;
using System.Text;

namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>Times as C's <c>strftime</c> writes them, in English.</summary>
internal static class TimeText
{
    public static string Format(DateTimeOffset time, string format)
    {
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }

            var bare = format[i + 1] == '-' && i + 2 < format.Length;
            i += bare ? 2 : 1;
            var part = Part(time, format[i])
                ?? throw new TemplateFault($"strftime_now: '%{format[i]}' is not supported");
            text.Append(bare && part.Length > 1 ? part.TrimStart('0') is { Length: > 0 } rest ? rest : "0" : part);
        }

        return text.ToString();
    }

    private static string? Part(DateTimeOffset time, char directive) => directive switch
    {
        'a' => Name(time, "ddd"),
        'A' => Name(time, "dddd"),
        'b' or 'h' => Name(time, "MMM"),
        'B' => Name(time, "MMMM"),
        'd' => Name(time, "dd"),
        'e' => time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
        'D' => Name(time, "MM'/'dd'/'yy"),
        'F' => Name(time, "yyyy-MM-dd"),
        'H' => Name(time, "HH"),
        'I' => Name(time, "hh"),
        'j' => time.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
        'm' => Name(time, "MM"),
        'M' => Name(time, "mm"),
        'p' => time.Hour < 12 ? "AM" : "PM",
        'S' => Name(time, "ss"),
        'T' => Name(time, "HH:mm:ss"),
        'y' => Name(time, "yy"),
        'Y' => Name(time, "yyyy"),
        '%' => "%",
        _ => null,
    };

    private static string Name(DateTimeOffset time, string format)
        => time.ToString(format, CultureInfo.InvariantCulture);
}
