using System.Text;

namespace MaaS.Serving.Telemetry;

/// <summary>Metrics in OpenMetrics 1.0, for those whose Accept asks for it.</summary>
/// <remarks>
/// Source: OpenMetrics 1.0.0: a counter's family has no <c>_total</c>, its samples have; the text ends with EOF.
/// </remarks>
internal static class OpenMetricsText
{
    public const string ContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private const string Total = "_total";

    /// <summary>Whether a client prefers OpenMetrics to Prometheus' own text.</summary>
    /// <param name="accept">Its Accept header.</param>
    public static bool IsWanted(IEnumerable<Microsoft.Net.Http.Headers.MediaTypeHeaderValue> accept)
    {
        double open = 0, plain = 0;
        foreach (var type in accept)
        {
            var quality = type.Quality ?? 1;
            if (type.MediaType.Equals("application/openmetrics-text", StringComparison.OrdinalIgnoreCase))
            {
                open = Math.Max(open, quality);
            }
            else if (type.MatchesMediaType("text/plain"))
            {
                plain = Math.Max(plain, quality);
            }
        }

        return open > 0 && open >= plain;
    }

    /// <summary>Translates Prometheus' text.</summary>
    public static string Of(string prometheus)
    {
        var text = new StringBuilder(prometheus.Length + 16);
        var counters = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in prometheus.Split('\n'))
        {
            if (line is ['#', ' ', 'T', ..] && line.EndsWith(" counter", StringComparison.Ordinal))
            {
                counters.Add(line.Split(' ')[2]);
            }
        }

        foreach (var line in prometheus.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // # HELP name text, # TYPE name kind.
            var parts = line[0] == '#' ? line.Split(' ', 4) : null;
            if (parts is { Length: 4 } && counters.Contains(parts[2])
                && parts[2].EndsWith(Total, StringComparison.Ordinal))
            {
                parts[2] = parts[2][..^Total.Length];
            }

            text.Append(parts is null ? line : string.Join(' ', parts)).Append('\n');
        }

        return text.Append("# EOF\n").ToString();
    }
}
