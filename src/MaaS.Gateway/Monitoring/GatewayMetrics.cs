using System.Globalization;
using System.Text;
using MaaS.Gateway.Servers;

namespace MaaS.Gateway.Monitoring;

/// <summary>Counts what went through, for Prometheus and the page. Safe for many threads.</summary>
internal sealed class GatewayMetrics(Fleet fleet)
{
    private long _repeated, _unanswered;

    /// <summary>Requests that were sent to another server, because one had failed.</summary>
    public long RepeatedRequests => Interlocked.Read(ref _repeated);

    /// <summary>Requests that no server answered.</summary>
    public long UnansweredRequests => Interlocked.Read(ref _unanswered);

    public void Repeated() => Interlocked.Increment(ref _repeated);

    public void Unanswered() => Interlocked.Increment(ref _unanswered);

    /// <summary>The text that Prometheus reads.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        var servers = fleet.Servers;
        Head(
            "maas_gateway_requests_total", "counter",
            "Requests that a server answered or failed, one that was repeated for each of its servers.");
        foreach (var server in servers)
        {
            var failures = server.Failures;
            Line("maas_gateway_requests_total", server.Name, server.Requests - failures, ",outcome=\"answered\"");
            Line("maas_gateway_requests_total", server.Name, failures, ",outcome=\"failed\"");
        }

        Head("maas_gateway_repeated_total", "counter", "Requests that went to another server, because one had failed.");
        Value("maas_gateway_repeated_total", RepeatedRequests);
        Head("maas_gateway_unanswered_total", "counter", "Requests that no server answered.");
        Value("maas_gateway_unanswered_total", UnansweredRequests);
        Head("maas_gateway_server_available", "gauge", "1 for a server that requests may go to.");
        Each("maas_gateway_server_available", static s => s.IsAvailable ? 1 : 0);
        Head("maas_gateway_server_in_flight", "gauge", "Requests on their way through a server.");
        Each("maas_gateway_server_in_flight", static s => s.InFlight);
        Head("maas_gateway_server_latency_seconds", "gauge", "Of the last 512 requests, by quantile.");
        foreach (var server in servers)
        {
            if (server.Latency() is var (median, p99))
            {
                Line("maas_gateway_server_latency_seconds", server.Name, median / 1000, ",quantile=\"0.5\"");
                Line("maas_gateway_server_latency_seconds", server.Name, p99 / 1000, ",quantile=\"0.99\"");
            }
        }

        return text.ToString();

        void Head(string name, string type, string help)
            => text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

        void Value(string name, double value) => text.Append(CultureInfo.InvariantCulture, $"{name} {value}\n");

        void Line(string name, string server, double value, string more = "")
            => text.Append(CultureInfo.InvariantCulture, $"{name}{{server=\"{server}\"{more}}} {value}\n");

        void Each(string name, Func<Server, double> value)
        {
            foreach (var server in servers)
            {
                Line(name, server.Name, value(server));
            }
        }
    }
}
