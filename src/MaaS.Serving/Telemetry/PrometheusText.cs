using System.Globalization;
using System.Text;

namespace MaaS.Serving.Telemetry;

/// <summary>Metrics in Prometheus' text format 0.0.4.</summary>
/// <remarks>
/// Names and units follow OpenTelemetry's rules for Prometheus: <c>maas.inference.duration</c> in s is
/// <c>maas_inference_duration_seconds</c>.
/// </remarks>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Name(string name, string? unit, MetricKind kind)
    {
        var text = new StringBuilder(Label(name));
        var suffix = unit switch
        {
            "s" => "_seconds",
            "ms" => "_milliseconds",
            "By" => "_bytes",
            _ => "",
        };
        if (!name.EndsWith(suffix, StringComparison.Ordinal))
        {
            text.Append(suffix);
        }

        // _count belongs to histograms, say Prometheus' rules; the runtime has gauges of that name.
        if (kind is not (MetricKind.Counter or MetricKind.Histogram)
            && text.ToString().EndsWith("_count", StringComparison.Ordinal))
        {
            text.Replace("_count", "_number", text.Length - "_count".Length, "_count".Length);
        }

        return kind == MetricKind.Counter && !name.EndsWith("total", StringComparison.Ordinal)
            ? text.Append("_total").ToString() : text.ToString();
    }

    /// <summary>A name that only has characters Prometheus takes.</summary>
    public static string Label(string name)
        => string.Create(name.Length, name, static (to, from) =>
        {
            for (var i = 0; i < to.Length; i++)
            {
                to[i] = char.IsAsciiLetter(from[i]) || (i > 0 && char.IsAsciiDigit(from[i])) ? from[i] : '_';
            }
        });

    /// <param name="instruments">What is written.</param>
    /// <param name="isShown">Which series; null for all.</param>
    public static string Write(IEnumerable<MetricInstrument> instruments, Func<MetricSeries, bool>? isShown = null)
    {
        var text = new StringBuilder(16_384);
        foreach (var group in instruments.GroupBy(i => i.Name))
        {
            if (isShown is not null && !group.Any(i => i.Series.Any(isShown)))
            {
                continue;
            }

            var first = group.First();
            var description = first.Description.Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("\n", "\\n", StringComparison.Ordinal);
            text.Append(CultureInfo.InvariantCulture, $"# HELP {first.Name} {description}\n");
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {first.Name} {TypeOf(first.Kind)}\n");
            foreach (var instrument in group)
            {
                foreach (var series in isShown is null ? instrument.Series : instrument.Series.Where(isShown))
                {
                    Write(text, instrument, series);
                }
            }
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, MetricInstrument instrument, MetricSeries series)
    {
        if (instrument.Kind != MetricKind.Histogram)
        {
            Line(text, instrument.Name, series.Labels, null, series.Sum);
            return;
        }

        long count = 0;
        foreach (var (bound, upTo) in series.Cumulative())
        {
            Line(
                text,
                instrument.Name + "_bucket",
                series.Labels,
                double.IsPositiveInfinity(bound) ? "+Inf" : Number(bound),
                upTo);
            count = upTo;
        }

        Line(text, instrument.Name + "_sum", series.Labels, null, series.Sum);
        Line(text, instrument.Name + "_count", series.Labels, null, count);
    }

    private static void Line(
        StringBuilder text, string name, KeyValuePair<string, string>[] labels, string? bound, double value)
    {
        text.Append(name);
        if (labels.Length > 0 || bound is not null)
        {
            text.Append('{').AppendJoin(',', labels.Select(l => $"{l.Key}=\"{Escape(l.Value)}\""));
            if (bound is not null)
            {
                text.Append(labels.Length > 0 ? "," : "").Append("le=\"").Append(bound).Append('"');
            }

            text.Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value)
        => double.IsPositiveInfinity(value)
        ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);

    private static string Escape(string value)
        => value.Replace(
            "\\",
            "\\\\",
            StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace(
                "\n", "\\n", StringComparison.Ordinal);

    private static string TypeOf(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Histogram => "histogram",
        _ => "gauge",
    };
}
