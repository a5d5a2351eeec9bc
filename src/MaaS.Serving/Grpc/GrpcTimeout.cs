using System.Globalization;

namespace MaaS.Serving.Grpc;

/// <summary>The header <c>grpc-timeout</c>: at most 8 digits and a unit, as <c>250m</c> for 250 ms.</summary>
internal static class GrpcTimeout
{
    /// <summary>Reads a header's value.</summary>
    /// <returns>Null where the text is no timeout. A timeout of more than a day counts as a day.</returns>
    public static TimeSpan? Parse(ReadOnlySpan<char> text)
    {
        if (text.Length is < 2 or > 9 || !long.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            return null;
        }

        long? ticksPerUnit = text[^1] switch
        {
            'H' => TimeSpan.TicksPerHour,
            'M' => TimeSpan.TicksPerMinute,
            'S' => TimeSpan.TicksPerSecond,
            'm' => TimeSpan.TicksPerMillisecond,
            'u' => TimeSpan.TicksPerMicrosecond,
            'n' => 0,
            _ => null,
        };
        return ticksPerUnit switch
        {
            null => null,
            0 => TimeSpan.FromTicks(value / TimeSpan.NanosecondsPerTick),
            _ => TimeSpan.FromTicks(Math.Min(value * ticksPerUnit.Value, TimeSpan.TicksPerDay)),
        };
    }
}
