using System.Globalization;
using System.Text.Json;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using MaaS.Serving.Models;
using MaaS.Serving.Protocols.OpenInference;
using MaaS.Serving.Routing;
using MaaS.Serving.Security;
using MaaS.Serving.Telemetry;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Page;

/// <summary>
/// <c>GET /page/overview</c>: the server, the models that the caller may use with their versions and shares of the
/// traffic, the traffic in steps, recent errors by kind, and shadow traffic. <c>?since=</c> leaves out steps that the
/// caller has.
/// </summary>
internal sealed class OverviewAnswer(
    ModelRepository models, TrafficHistory history, RecentErrors errors, ShadowTraffic shadow, TimeProvider time)
{
    public Task WriteAsync(HttpContext context)
    {
        var since = Since(context.Request.Query);
        var caller = EndpointGuard.Of(context);
        var visible = new ModelAccess(models, context);
        context.Response.Headers.CacheControl = "no-store";
        return JsonAnswer.WriteAsync(context, writer =>
        {
            WriteServer(writer);
            writer.WriteStartArray("models"u8);
            foreach (var family in visible.Index().GroupBy(v => v.Name))
            {
                WriteModel(writer, visible.FindRoute(family.Key), family.Key, [.. family]);
            }

            writer.WriteEndArray();
            WriteTraffic(writer, history.Since(since), caller);
            WriteErrors(writer, errors.Read().Where(e => e.Model is null || caller.MayUse(e.Model)));
            writer.WritePropertyName("shadow"u8);
            JsonSerializer.Serialize(
                writer, [.. shadow.Status().Where(s => visible.MaySeeShadow(s.Model, s.Shadow))],
                RouteJson.Default.IReadOnlyListShadowStatus);
        });
    }

    private static DateTimeOffset Since(IQueryCollection query)
        => !query.TryGetValue("since", out var text) ? DateTimeOffset.MinValue
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
                && milliseconds < 1L << 46
                ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
                : throw RequestException.BadRequest($"since: expected milliseconds since 1970, got '{text}'");

    private void WriteServer(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("server"u8);
        writer.WriteString("name"u8, ServerDescription.Name);
        writer.WriteString("version"u8, ServerDescription.Version);
        writer.WriteBoolean("ready"u8, models.IsReady);
        writer.WriteNumber("time"u8, time.GetUtcNow().ToUnixTimeMilliseconds());
        writer.WriteNumber("started"u8, history.Started.ToUnixTimeMilliseconds());
        writer.WriteNumber("memory_bytes"u8, Environment.WorkingSet);
        writer.WriteNumber("step_seconds"u8, TrafficHistory.Step.TotalSeconds);
        writer.WriteNumber("most_steps"u8, TrafficHistory.MostSteps);
        writer.WriteEndObject();
    }

    private static void WriteModel(
        Utf8JsonWriter writer, TrafficRoute? route, string name, IReadOnlyList<ModelVersionStatus> versions)
    {
        var shares = TrafficShares.Of(route, versions);
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        writer.WriteString("task"u8, versions.LastOrDefault(v => v.Task is not null)?.Task);
        writer.WritePropertyName("route"u8);
        JsonSerializer.Serialize(writer, route, RouteJson.Default.TrafficRoute!);
        writer.WriteStartArray("versions"u8);
        foreach (var version in versions)
        {
            writer.WriteStartObject();
            writer.WriteString("version"u8, VersionText.Of(version.Version)); // JavaScript's numbers end at 53 bits.
            writer.WriteString("state"u8, version.State.ToString().ToUpperInvariant());
            writer.WriteBoolean("servable"u8, version.IsServable);
            writer.WriteStartArray("labels"u8);
            foreach (var label in version.Labels)
            {
                writer.WriteStringValue(label);
            }

            writer.WriteEndArray();
            writer.WriteNumber("share"u8, shares.GetValueOrDefault(version.Version));
            writer.WriteNumber("bytes"u8, version.Bytes);
            writer.WriteString("error_code"u8, version.ErrorCode);
            writer.WriteString("error_message"u8, version.ErrorMessage);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteTraffic(Utf8JsonWriter writer, IReadOnlyList<TrafficStep> steps, Caller caller)
    {
        writer.WriteStartArray("traffic"u8);
        foreach (var step in steps)
        {
            writer.WriteStartObject();
            writer.WriteNumber("time"u8, step.Time.ToUnixTimeMilliseconds());
            writer.WriteNumber("seconds"u8, step.Duration.TotalSeconds);
            writer.WriteStartArray("models"u8);
            foreach (var model in step.Models.Where(m => caller.MayUse(m.Name)))
            {
                writer.WriteStartObject();
                writer.WriteString("name"u8, model.Name);
                writer.WriteString("version"u8, model.Version);
                writer.WriteNumber("requests"u8, model.Requests);
                writer.WriteNumber("errors"u8, model.Errors);
                writer.WriteNumber("p50_ms"u8, model.Median * 1000);
                writer.WriteNumber("p99_ms"u8, model.P99 * 1000);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteErrors(Utf8JsonWriter writer, IEnumerable<RecentError> errors)
    {
        writer.WriteStartArray("errors"u8);
        foreach (var error in errors)
        {
            writer.WriteStartObject();
            writer.WriteString("model"u8, error.Model);
            if (error.Version is { } version)
            {
                writer.WriteString("version"u8, VersionText.Of(version));
            }
            else
            {
                writer.WriteNull("version"u8);
            }

            writer.WriteString("kind"u8, error.Kind);
            writer.WriteNumber("count"u8, error.Count);
            writer.WriteNumber("first"u8, error.First.ToUnixTimeMilliseconds());
            writer.WriteNumber("last"u8, error.Last.ToUnixTimeMilliseconds());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
