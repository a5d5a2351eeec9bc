namespace MaaS.Serving;

/// <summary>What the server tells of itself.</summary>
public sealed class TelemetryOptions
{
    /// <summary>Name of the meter and of the traces.</summary>
    internal const string MeterName = "MaaS.Serving";

    /// <summary>Meters that <c>/metrics</c> shows, by name. Default: MaaS's own, Kestrel's and the runtime's.</summary>
    public IList<string> Meters { get; } =
        new List<string> { MeterName, "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime" };

    /// <summary>
    /// A collector that traces and metrics are sent to by OTLP, as <c>http://collector:4317</c>; null for none.
    /// Headers, time limits and intervals are read from the standard variables, <c>OTEL_EXPORTER_OTLP_…</c> and
    /// <c>OTEL_…</c>.
    /// </summary>
    public string? OtlpEndpoint { get; set; }

    /// <summary>How OTLP travels: <c>grpc</c> or <c>http/protobuf</c>. Default grpc.</summary>
    public string OtlpProtocol { get; set; } = "grpc";

    /// <summary>Whether every request is a line in the log. Default false: failures only.</summary>
    public bool LogRequests { get; set; }

    /// <summary>Keeps some requests with their answers; null keeps none.</summary>
    public SamplingOptions? Sampling { get; set; }

    internal IEnumerable<string> Faults(string where)
    {
        if (OtlpEndpoint is { } endpoint
            && (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")))
        {
            yield return $"{where}:{nameof(OtlpEndpoint)}: expected an address as http://collector:4317, got "
                + $"'{endpoint}'";
        }

        if (OtlpProtocol is not ("grpc" or "http/protobuf"))
        {
            yield return $"{where}:{nameof(OtlpProtocol)}: expected grpc or http/protobuf, got '{OtlpProtocol}'";
        }

        foreach (var fault in Sampling?.Faults($"{where}:{nameof(Sampling)}") ?? [])
        {
            yield return fault;
        }
    }
}
