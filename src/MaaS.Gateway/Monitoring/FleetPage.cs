using System.Globalization;
using System.Net;
using System.Text;
using MaaS.Gateway.Servers;

namespace MaaS.Gateway.Monitoring;

/// <summary>The servers, their models and how busy they are, as a page without scripts that renews itself.</summary>
internal static class FleetPage
{
    private const string Style = """
        :root { color-scheme: light dark; --ground: #fff; --ink: #1a1a1a; --soft: #555; --rule: #ddd; --good: #00704a;
          --bad: #b3261e; }
        @media (prefers-color-scheme: dark) { :root { --ground: #14171a; --ink: #e8e8e6; --soft: #a9adb2;
          --rule: #3a3f45; --good: #3fcfa0; --bad: #ff8a80; } }
        body { margin: 0 auto; max-width: 70rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif;
          color: var(--ink); background: var(--ground); }
        h1 { font-size: 1.4rem; margin: 0 0 .5rem; } p { margin: .5rem 0; color: var(--soft); }
        .wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
        th, td { padding: .35rem .6rem; text-align: right; border-bottom: 1px solid var(--rule);
          font-variant-numeric: tabular-nums; vertical-align: top; }
        th:first-child, td:first-child, .words { text-align: left; } .good { color: var(--good); }
        .bad { color: var(--bad); }
        @media (max-width: 40rem) { table, tbody, tr, td { display: block; } thead { display: none; }
          tr { border-bottom: 1px solid var(--rule); padding: .5rem 0; } td { border: 0; text-align: left;
          padding: .1rem 0; } td::before { content: attr(data-name) " "; color: var(--soft); } }
        """;

    public static string Render(IReadOnlyList<Server> servers, GatewayMetrics metrics)
    {
        var html = new StringBuilder(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
                + "content=\"width=device-width, initial-scale=1\"><meta http-equiv=\"refresh\" content=\"5\">"
                + $"<title>MaaS gateway</title><style>{Style}</style></head><body><main><h1>MaaS gateway</h1>\n");
        html.Append(
            CultureInfo.InvariantCulture,
            $"<p>{servers.Count(static s => s.IsAvailable)} of {servers.Count} servers take requests; ");
        html.Append(
            CultureInfo.InvariantCulture,
            $"{metrics.RepeatedRequests:n0} requests were repeated, {metrics.UnansweredRequests:n0} found no ");
        html.Append("server. The page renews itself every five seconds.</p>\n<div class=\"wide\"><table><thead><tr>");
        foreach (var name in new[]
        {
            "server", "state", "models", "requests", "failures", "under way", "median, ms", "p99, ms",
        })
        {
            html.Append($"<th scope=\"col\"{(name is "state" or "models" ? " class=\"words\"" : "")}>{name}</th>");
        }

        html.Append("</tr></thead><tbody>\n");
        foreach (var server in servers)
        {
            var latency = server.Latency();
            html.Append("<tr>");
            Cell("server", server.Name);
            Cell("state", server.State, server.IsAvailable ? "words good" : "words bad");
            Cell(
                "models",
                string.Join(", ", server.Models.OrderBy(static m => (m.Name, m.Version, m.Adapter))), "words");
            Cell("requests", Number(server.Requests));
            Cell("failures", Number(server.Failures));
            Cell("under way", Number(server.InFlight));
            Cell("median, ms", latency is { } l ? Number(l.Median, "0.0") : "");
            Cell("p99, ms", latency is { } p ? Number(p.P99, "0.0") : "");
            html.Append("</tr>\n");
        }

        return html.Append("</tbody></table></div></main></body></html>\n").ToString();

        void Cell(string name, string value, string? kind = null)
            => html.Append(
                $"<td data-name=\"{name}\"{(kind is null ? "" : $" class=\"{kind}\"")}>{WebUtility.HtmlEncode(value)}"
                    + "</td>");
    }

    private static string Number(double value, string format = "n0")
        => value.ToString(format, CultureInfo.InvariantCulture);
}
