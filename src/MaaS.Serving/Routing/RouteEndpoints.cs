using System.Text.Json;
using System.Text.Json.Serialization;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using MaaS.Serving.Models;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.Routing;

/// <summary>
/// Traffic at run time: <c>GET</c>, <c>PUT</c> and <c>DELETE</c> of <c>/v2/repository/models/{name}/route</c>, and
/// <c>GET /v2/repository/shadow</c>.
/// </summary>
internal sealed class RouteEndpoints(
    ModelRepository models, ShadowTraffic shadow, ServingEndpoint endpoint) : IEndpoints
{
    private const int MaxBytes = 1 << 20;


    public void Map(IEndpointRouteBuilder endpoints)
    {
        const string Route = "/v2/repository/models/{name}/route";
        endpoints.MapGet(
            Route,
            endpoint.Handle(
                context
                    => WriteAsync(
                        context, new ModelAccess(models, context).Route(Model(context))))).WithScope(ServingScope.Read);
        endpoints.MapPut(Route, endpoint.Handle(PutAsync)).WithScope(ServingScope.Admin);
        endpoints.MapDelete(Route, endpoint.Handle(context =>
        {
            new ModelAccess(models, context).SetRoute(Model(context), route: null);
            return WriteAsync(context, null);
        })).WithScope(ServingScope.Admin);
        endpoints.MapGet("/v2/repository/shadow", endpoint.Handle(ShadowAsync)).WithScope(ServingScope.Read);
    }

    private static string Model(HttpContext context) => context.Route("name")!;

    private async Task PutAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context, MaxBytes).ConfigureAwait(false);
        TrafficRoute? route;
        try
        {
            route = JsonSerializer.Deserialize(body.Json, RouteJson.Default.TrafficRoute);
        }
        catch (JsonException e)
        {
            // Its text names members and types of the route, which the client needs, and nothing else.
            throw new RequestException($"expected a route: {e.Message}", e);
        }

        new ModelAccess(models, context).SetRoute(
            Model(context),
            route ?? throw RequestException.BadRequest("expected a route, got null; DELETE removes it"));
        await WriteAsync(context, route).ConfigureAwait(false);
    }

    private static Task WriteAsync(HttpContext context, TrafficRoute? route)
        => JsonAnswer.WriteAsync(context, writer =>
        {
            writer.WritePropertyName("route"u8);
            JsonSerializer.Serialize(writer, route, RouteJson.Default.TrafficRoute!);
        });

    private Task ShadowAsync(HttpContext context) => JsonAnswer.WriteAsync(context, writer =>
    {
        var visible = new ModelAccess(models, context);
        ShadowStatus[] seen = [.. shadow.Status().Where(s => visible.MaySeeShadow(s.Model, s.Shadow))];
        writer.WritePropertyName("shadow"u8);
        JsonSerializer.Serialize(writer, seen, RouteJson.Default.IReadOnlyListShadowStatus);
    });
}

/// <summary>JSON of routes; members that are none of these are faults.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    UnmappedMemberHandling =
        JsonUnmappedMemberHandling.Disallow, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(TrafficRoute))]
[JsonSerializable(typeof(IReadOnlyList<ShadowStatus>))]
internal sealed partial class RouteJson : JsonSerializerContext;
