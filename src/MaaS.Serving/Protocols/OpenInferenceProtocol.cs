using System.Globalization;
using System.Text.Json;
using MaaS.Core.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Http;
using MaaS.Serving.Json;
using MaaS.Serving.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Protocols;

/// <summary>The Open Inference Protocol (KServe V2) over REST with JSON tensors: health, metadata and inference.</summary>
internal sealed class OpenInferenceProtocol(
    ModelRepository models, IInferenceExecutor executor, ServingEndpoint endpoint, RequestContextFactory contexts, IOptions<MaaSServingOptions> options) : IProtocol
{
    private readonly long _limit = options.Value.MaxRequestBytes;

    public string Name => "open-inference";

    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/v2", endpoint.Handle(ServerAsync));
        endpoints.MapGet("/v2/health/live", endpoint.Handle(c => JsonAnswer.WriteAsync(c, w => w.WriteBoolean("live"u8, true))));
        endpoints.MapGet("/v2/health/ready", endpoint.Handle(ServerReadyAsync));
        foreach (var model in new[] { "/v2/models/{name}", "/v2/models/{name}/versions/{version}" })
        {
            endpoints.MapGet(model, endpoint.Handle(ModelAsync));
            endpoints.MapGet(model + "/ready", endpoint.Handle(ModelReadyAsync));
            endpoints.MapPost(model + "/infer", endpoint.Handle(InferAsync));
        }
    }

    private static Task ServerAsync(HttpContext context) => JsonAnswer.WriteAsync(context, writer =>
    {
        writer.WriteString("name"u8, "maas"u8);
        writer.WriteString("version"u8, typeof(OpenInferenceProtocol).Assembly.GetName().Version!.ToString(3));
        writer.WriteStartArray("extensions"u8);
        writer.WriteEndArray();
    });

    private Task ServerReadyAsync(HttpContext context) => JsonAnswer.WriteAsync(
        context,
        writer => writer.WriteBoolean("ready"u8, models.IsReady),
        models.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);

    private async Task ModelReadyAsync(HttpContext context)
    {
        using var lease = await models.AcquireAsync(new ModelReference(context.Route("name"), context.Route("version")), contexts.Of(context), context.RequestAborted).ConfigureAwait(false);
        var model = lease.Model;
        await JsonAnswer.WriteAsync(context, writer =>
        {
            writer.WriteString("name"u8, model.Name);
            writer.WriteBoolean("ready"u8, true);
        }).ConfigureAwait(false);
    }

    private async Task ModelAsync(HttpContext context)
    {
        using var lease = await models.AcquireAsync(new ModelReference(context.Route("name"), context.Route("version")), contexts.Of(context), context.RequestAborted).ConfigureAwait(false);
        var model = lease.Model;
        var versions = models.Status(model.Name);
        await JsonAnswer.WriteAsync(context, writer =>
        {
            writer.WriteString("name"u8, model.Name);
            writer.WriteStartArray("versions"u8);
            foreach (var version in versions)
            {
                writer.WriteStringValue(version.Version.ToString(CultureInfo.InvariantCulture));
            }

            writer.WriteEndArray();
            writer.WriteString("platform"u8, "onnxruntime_onnx"u8);
            WriteSpecs(writer, "inputs", model.Inputs);
            WriteSpecs(writer, "outputs", model.Outputs);
        }).ConfigureAwait(false);
    }

    private static void WriteSpecs(Utf8JsonWriter writer, string member, IReadOnlyList<TensorSpec> specs)
    {
        writer.WriteStartArray(member);
        foreach (var spec in specs)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, spec.Name);
            writer.WriteString("datatype"u8, spec.Type.ProtocolName());
            writer.WriteStartArray("shape"u8);
            foreach (var size in spec.Shape)
            {
                writer.WriteNumberValue(size);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private async Task InferAsync(HttpContext context)
    {
        var asked = contexts.Of(context);
        using var lease = await models.AcquireAsync(new ModelReference(context.Route("name"), context.Route("version")), asked, context.RequestAborted).ConfigureAwait(false);
        var model = lease.Model;
        using var tensors = new RequestTensors(model);
        OpenInferenceRequest body;
        using (var bytes = await RequestBody.ReadAsync(context, _limit).ConfigureAwait(false))
        {
            bytes.QuoteNonFinite();
            body = OpenInferenceRequest.Read(bytes.Json, tensors);
        }

        var request = new InferenceRequest(model, tensors.Values, asked) { Outputs = body.Outputs };
        using var outputs = await executor.RunAsync(request, context.RequestAborted).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, writer => WriteAnswer(writer, model, body.Id, outputs)).ConfigureAwait(false);
    }

    private static void WriteAnswer(Utf8JsonWriter writer, ServedModel model, string? id, InferenceOutputs outputs)
    {
        writer.WriteString("model_name"u8, model.Name);
        writer.WriteString("model_version"u8, model.Version.ToString(CultureInfo.InvariantCulture));
        if (id is not null)
        {
            writer.WriteString("id"u8, id);
        }

        writer.WriteStartArray("outputs"u8);
        for (var i = 0; i < outputs.Count; i++)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, outputs.Specs[i].Name);
            writer.WriteString("datatype"u8, outputs[i].Type.ProtocolName());
            writer.WriteStartArray("shape"u8);
            foreach (var size in outputs[i].Shape)
            {
                writer.WriteNumberValue(size);
            }

            writer.WriteEndArray();
            writer.WritePropertyName("data"u8);
            TensorJsonWriter.WriteFlat(writer, outputs[i]);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
