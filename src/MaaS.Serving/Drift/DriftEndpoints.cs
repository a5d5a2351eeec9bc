using System.Text.Json;
using MaaS.Core.Drift;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using MaaS.Serving.Models;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.Drift;

/// <summary>
/// <c>GET /v2/models/{name}/drift</c>: how far inputs and predictions have moved from those of training.
/// </summary>
internal sealed class DriftEndpoints(
    ModelRepository models, DriftMonitor monitor, ServingEndpoint endpoint, RequestContextFactory contexts) : IEndpoints
{
    public void Map(IEndpointRouteBuilder endpoints)
    {
        foreach (var address in new[] { "/v2/models/{name}/drift", "/v2/models/{name}/versions/{version}/drift" })
        {
            endpoints.MapGet(address, endpoint.Handle(WriteAsync)).WithScope(ServingScope.Read);
        }
    }

    private async Task WriteAsync(HttpContext context)
    {
        using var lease = await models.AcquireAsync(
            new ModelReference(
                context.Route("name"),
                context.Route("version")), contexts.Of(context), context.RequestAborted).ConfigureAwait(false);
        var baseline = lease.Model.Drift
            ?? throw RequestException.NotFound(
                $"model '{lease.Model.Name}': expected a package with {DriftBaseline.FileName}, it has none; 'maas "
                    + "export --baseline DATA' adds it");
        var window = monitor.Of(lease.Model);
        var drifts = window?.Compare() ?? [];
        await JsonAnswer.WriteAsync(
            context, writer => Write(writer, lease.Model, baseline, window?.Rows ?? 0, drifts)).ConfigureAwait(false);
    }

    private static void Write(
        Utf8JsonWriter writer, ServedModel model, DriftBaseline baseline, int rows, IReadOnlyList<FeatureDrift> drifts)
    {
        writer.WriteString("model_name"u8, model.Name);
        writer.WriteNumber("model_version"u8, model.Version);
        writer.WriteNumber("baseline_rows"u8, baseline.Rows);
        writer.WriteNumber("rows"u8, rows);
        writer.WriteStartArray("features"u8);
        for (var i = 0; i < drifts.Count; i++)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, drifts[i].Name);
            writer.WriteNumber("psi"u8, drifts[i].Psi);
            writer.WriteNumber("ks"u8, drifts[i].KsStatistic);
            writer.WriteNumber("ks_probability"u8, drifts[i].KsProbability);
            Write(writer, "edges", baseline.Features[i].Edges);
            Write(writer, "baseline", baseline.Features[i].Shares);
            Write(writer, "shares", drifts[i].Shares);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, string name, IReadOnlyList<double> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
        {
            writer.WriteNumberValue(value);
        }

        writer.WriteEndArray();
    }
}
