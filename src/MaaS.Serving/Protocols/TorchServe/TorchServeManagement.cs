using System.Globalization;
using System.Text.Json;
using MaaS.Core.Packages;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using MaaS.Serving.Models;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.Protocols.TorchServe;

/// <summary>TorchServe's management API: list, describe, register, unregister and set the default version.</summary>
internal sealed class TorchServeManagement(ModelRepository models, ServingEndpoint endpoint) : IEndpoints
{
    private const int PageSize = 100;
    private const int MaxWorkers = 1024;

    public void Map(IEndpointRouteBuilder endpoints)
    {
        const string Model = "/models/{name}", Version = Model + "/{version}";
        IEndpointConventionBuilder[] routes =
        [
            endpoints.MapGet("/models", endpoint.Handle(ListAsync)).WithScope(ServingScope.Read),
            endpoints.MapPost("/models", endpoint.Handle(RegisterAsync)).WithScope(ServingScope.Admin)
                .WithModel(new ModelMetadata(RegisteredName)),
            endpoints.MapGet(Model, endpoint.Handle(DescribeAsync)).WithScope(ServingScope.Read),
            endpoints.MapGet(Version, endpoint.Handle(DescribeAsync)).WithScope(ServingScope.Read),
            endpoints.MapPut(Model, endpoint.Handle(ScaleAsync)).WithScope(ServingScope.Admin),
            endpoints.MapPut(Version, endpoint.Handle(ScaleAsync)).WithScope(ServingScope.Admin),
            endpoints.MapDelete(Model, endpoint.Handle(UnregisterAsync)).WithScope(ServingScope.Admin),
            endpoints.MapDelete(Version, endpoint.Handle(UnregisterAsync)).WithScope(ServingScope.Admin),
            endpoints.MapPut(Version + "/set-default", endpoint.Handle(SetDefaultAsync)).WithScope(ServingScope.Admin),
        ];
        foreach (var route in routes)
        {
            route.WithErrors(TorchServeError.Form);
        }
    }

    private Task ListAsync(HttpContext context)
    {
        var limit = Number(context, "limit") ?? PageSize;
        var start = Number(context, "next_page_token") ?? 0;
        var registered = new ModelAccess(models, context).Index()
            .GroupBy(s => s.Name).Where(m => m.Any(s => s.IsServable || s.ErrorMessage.Length > 0)).ToArray();
        return JsonAnswer.WriteAsync(context, writer =>
        {
            if (limit < registered.Length - start)
            {
                writer.WriteString("nextPageToken"u8, (start + limit).ToString(CultureInfo.InvariantCulture));
            }

            writer.WriteStartArray("models"u8);
            foreach (var versions in registered.Skip(start).Take(limit))
            {
                writer.WriteStartObject();
                writer.WriteString("modelName"u8, versions.Key);
                writer.WriteString("modelUrl"u8, versions.Key);
                WriteReason(
                    writer,
                    string.Join(
                        "; ",
                        versions.Where(s => s.ErrorMessage.Length > 0)
                            .Select(s => $"version {s.Version}: {s.ErrorMessage}")));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }

    private Task DescribeAsync(HttpContext context)
    {
        var name = context.Route("name")!;
        var visible = new ModelAccess(models, context);
        var all = visible.Status(name);
        TorchServeError.ThrowIfUnregistered(models, name);
        IEnumerable<ModelVersionStatus> described = context.Route("version") switch
        {
            null => [all.LastOrDefault(s => s.IsServable) ?? all[^1]],
            "all" => all,
            var version
                => visible.Status(name, TorchServeError.Version(name, version).ToString(CultureInfo.InvariantCulture)),
        };
        return JsonAnswer.WriteValueAsync(context, writer =>
        {
            writer.WriteStartArray();
            foreach (var status in described)
            {
                Describe(writer, status);
            }

            writer.WriteEndArray();
        });
    }

    /// <summary>The model that a registration names; null where it names none.</summary>
    private static string? RegisteredName(HttpContext context)
        => context.Request.Query["model_name"].ToString() is { Length: > 0 } name ? name
            : Path.GetFileNameWithoutExtension(context.Request.Query["url"].ToString()) is { Length: > 0 } file
                ? file : null;

    private async Task RegisterAsync(HttpContext context)
    {
        var url = context.Request.Query["url"].ToString();
        var name = RegisteredName(context);
        if (name is null || url.Contains('/', StringComparison.Ordinal) || url.Contains('\\', StringComparison.Ordinal))
        {
            throw RequestException.BadRequest(
                "expected ?url= with the name of a file of the models folder, or ?model_name=, without a path");
        }

        var visible = new ModelAccess(models, context);
        var named = context.Request.Query["model_name"].ToString();
        if (named.Length > 0 && url.Length > 0 && named != Path.GetFileNameWithoutExtension(url) && named != url)
        {
            if (!ModelNames.IsValid(named))
            {
                throw RequestException.BadRequest($"model_name: expected {ModelNames.Rule}, got '{named}'");
            }

            await visible.RegisterAsync(named, url, context.RequestAborted).ConfigureAwait(false);
        }
        else
        {
            await visible.LoadAsync(name, context.RequestAborted).ConfigureAwait(false);
        }

        if (Number(context, "initial_workers") is > 0 and var workers)
        {
            visible.SetInstances(name, Math.Min(workers, MaxWorkers));
        }

        var status =
            $"Model \"{name}\" Version: {Latest(visible, name)} registered with {models.Instances(name) ?? 1} initial "
            + "workers";
        await StatusAsync(context, status).ConfigureAwait(false);
    }

    private async Task UnregisterAsync(HttpContext context)
    {
        var name = context.Route("name")!;
        long? version = context.Route("version") is { } text ? TorchServeError.Version(name, text) : null;
        await new ModelAccess(models, context).UnloadAsync(name, version, context.RequestAborted).ConfigureAwait(false);
        await StatusAsync(context, $"Model \"{name}\" unregistered").ConfigureAwait(false);
    }

    /// <summary>Workers are runs at once. More than <c>max_worker</c> never run, so the larger number counts.</summary>
    private Task ScaleAsync(HttpContext context)
    {
        var name = context.Route("name")!;
        var visible = new ModelAccess(models, context);
        visible.Status(
            name,
            context.Route("version") is { } text
                ? TorchServeError.Version(name, text).ToString(CultureInfo.InvariantCulture) : null);
        TorchServeError.ThrowIfUnregistered(models, name);
        var (least, most) = (Number(context, "min_worker") ?? 1, Number(context, "max_worker"));
        if (least > MaxWorkers || most is 0 or > MaxWorkers || most < least)
        {
            throw RequestException.BadRequest(
                $"expected ?min_worker= and ?max_worker= from 1 to {MaxWorkers}, the first not above the second, got "
                    + $"{least} and {most}; DELETE ends a model");
        }

        visible.SetInstances(name, Math.Max(1, most ?? Math.Max(least, 1)));
        return StatusAsync(context, $"Workers scaled to {models.Instances(name) ?? 1} for model: {name}");
    }

    private Task SetDefaultAsync(HttpContext context)
    {
        var name = context.Route("name")!;
        var version = TorchServeError.Version(name, context.Route("version")!).ToString(CultureInfo.InvariantCulture);
        new ModelAccess(models, context).SetDefault(name, version);
        return StatusAsync(context, $"Default version successfully updated for model \"{name}\" to \"{version}\"");
    }

    private static Task StatusAsync(HttpContext context, string status)
        => JsonAnswer.WriteAsync(context, writer => writer.WriteString("status"u8, status));

    private void Describe(Utf8JsonWriter writer, ModelVersionStatus status)
    {
        var workers = models.Instances(status.Name) ?? 1;
        writer.WriteStartObject();
        writer.WriteString("modelName"u8, status.Name);
        writer.WriteString("modelVersion"u8, status.Version.ToString(CultureInfo.InvariantCulture));
        writer.WriteString("modelUrl"u8, status.Name);
        writer.WriteString("runtime"u8, "onnxruntime"u8);
        writer.WriteNumber("minWorkers"u8, workers);
        writer.WriteNumber("maxWorkers"u8, workers);
        writer.WriteString("status"u8, status.IsServable ? "Healthy" : "Unhealthy");
        WriteReason(writer, status.ErrorMessage);
        writer.WriteStartArray("workers"u8);
        for (var i = 0; i < workers; i++)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, i.ToString(CultureInfo.InvariantCulture));
            writer.WriteString("status"u8, status.IsServable ? "READY" : "UNLOADING");
            writer.WriteBoolean("gpu"u8, false);
            writer.WriteNumber("memoryUsage"u8, i == 0 ? status.Bytes : 0); // All workers share one session.
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Why a content could not be loaded, a member of MaaS's own; left out where nothing is wrong.</summary>
    private static void WriteReason(Utf8JsonWriter writer, string reason)
    {
        if (reason.Length > 0)
        {
            writer.WriteString("reason"u8, reason);
        }
    }

    private static long Latest(ModelAccess visible, string name)
        => visible.Status(name).LastOrDefault(s => s.IsServable)?.Version ?? 0;

    private static int? Number(HttpContext context, string key)
        => context.Request.Query[key].ToString() is not { Length: > 0 } text ? null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw RequestException.BadRequest($"?{key}=: expected a number of 0 or more, got '{text}'");
}
