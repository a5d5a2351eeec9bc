using System.Globalization;
using System.Text.Json;
using MaaS.Onnx.Inference;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Execution;
using MaaS.Serving.Http;
using MaaS.Serving.Models;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Protocols.OpenInference;

/// <summary>What the server and its models say of themselves: health, metadata and configuration.</summary>
internal sealed class OpenInferenceMetadata(
    ModelRepository models, InputEncoders encoders, RequestContextFactory contexts)
{
    public static Task ServerAsync(HttpContext context) => JsonAnswer.WriteAsync(context, writer =>
    {
        writer.WriteString("name"u8, ServerDescription.Name);
        writer.WriteString("version"u8, ServerDescription.Version);
        writer.WriteStartArray("extensions"u8);
        foreach (var extension in ServerDescription.Extensions)
        {
            writer.WriteStringValue(extension);
        }

        writer.WriteEndArray();
    });

    public static Task ServerLiveAsync(HttpContext context)
        => JsonAnswer.WriteAsync(context, writer => writer.WriteBoolean("live"u8, true));

    // The specification's text calls the member "live" here too, its OpenAPI document "ready": both are there.
    public Task ServerReadyAsync(HttpContext context) => JsonAnswer.WriteAsync(
        context,
        writer =>
        {
            writer.WriteBoolean("ready"u8, models.IsReady);
            writer.WriteBoolean("live"u8, true);
        },
        models.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);

    public Task ModelReadyAsync(HttpContext context)
    {
        var name = context.Route("name")!;
        var isReady = new ModelAccess(models, context).Status(name, context.Route("version")).Any(s => s.IsServable);
        return JsonAnswer.WriteAsync(
            context,
            writer =>
            {
                writer.WriteString("name"u8, name);
                writer.WriteBoolean("ready"u8, isReady);
            },
            isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    public async Task ModelAsync(HttpContext context)
    {
        using var lease = await AcquireAsync(context).ConfigureAwait(false);
        var model = lease.Model;
        await JsonAnswer.WriteAsync(context, writer =>
        {
            writer.WriteString("name"u8, model.Name);
            writer.WriteStartArray("versions"u8);
            foreach (var status in new ModelAccess(models, context).Status(model.Name).Where(s => s.IsServable))
            {
                writer.WriteStringValue(status.Version.ToString(CultureInfo.InvariantCulture));
            }

            writer.WriteEndArray();
            writer.WriteString("platform"u8, ServerDescription.Platform);
            WriteSpecs(writer, "inputs", encoders.InputsOf(model));
            WriteSpecs(writer, "outputs", model.Outputs);
        }).ConfigureAwait(false);
    }

    public async Task ConfigAsync(HttpContext context)
    {
        using var lease = await AcquireAsync(context).ConfigureAwait(false);
        var inputs = encoders.InputsOf(lease.Model);
        await JsonAnswer.WriteAsync(context, writer => ModelConfigAnswer.Write(writer, lease.Model, inputs))
            .ConfigureAwait(false);
    }

    private ValueTask<ModelLease> AcquireAsync(HttpContext context)
        => models.AcquireAsync(
            new ModelReference(context.Route("name"), context.Route("version")), contexts.Of(context),
            context.RequestAborted);

    /// <summary>Name, type and shape of each tensor.</summary>
    public static void WriteSpecs(Utf8JsonWriter writer, string member, IReadOnlyList<TensorSpec> specs)
    {
        writer.WriteStartArray(member);
        foreach (var spec in specs)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, spec.Name);
            writer.WriteString("datatype"u8, spec.Type.ProtocolName());
            WriteShape(writer, "shape", spec.Shape);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteShape(Utf8JsonWriter writer, string member, IEnumerable<long> shape)
    {
        writer.WriteStartArray(member);
        foreach (var size in shape)
        {
            writer.WriteNumberValue(size);
        }

        writer.WriteEndArray();
    }
}
