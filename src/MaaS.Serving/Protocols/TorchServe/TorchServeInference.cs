using System.Text.Json;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Http;
using MaaS.Serving.Json;
using MaaS.Serving.Models;
using MaaS.Serving.Protocols.Forms;
using MaaS.Serving.Protocols.Images;
using MaaS.Serving.Protocols.OpenInference;
using MaaS.Serving.Protocols.Predict;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Protocols.TorchServe;

/// <summary>
/// TorchServe's inference API: <c>/predictions/{model}[/{version}]</c> takes one sample as its raw body (an image file,
/// JSON, text or a tensor's bytes) or as a form's file, and <c>/ping</c>.
/// </summary>
internal sealed class TorchServeInference(
    ModelRepository models, InferenceCalls calls, ImageFiles images, ServingEndpoint endpoint,
    IOptions<MaaSServingOptions> options) : IEndpoints
{
    // TorchServe's image classifiers answer with as many classes.
    private const int Classes = 5;

    private readonly long _limit = options.Value.MaxRequestBytes;


    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/ping", endpoint.Handle(PingAsync)).WithScope(ServingScope.None)
            .WithErrors(TorchServeError.Form);
        foreach (var address in new[] { "/predictions/{name}", "/predictions/{name}/{version}" })
        {
            endpoints.MapPost(address, endpoint.Handle(PredictAsync)).WithScope(ServingScope.Predict)
                .WithErrors(TorchServeError.Form);
            endpoints.MapPut(address, endpoint.Handle(PredictAsync)).WithScope(ServingScope.Predict)
                .WithErrors(TorchServeError.Form);
        }
    }

    private Task PingAsync(HttpContext context) => JsonAnswer.WriteAsync(
        context,
        writer => writer.WriteString("status"u8, models.IsReady ? "Healthy" : "Unhealthy"),
        models.IsReady ? StatusCodes.Status200OK : StatusCodes.Status500InternalServerError);

    private async Task PredictAsync(HttpContext context)
    {
        var name = context.Route("name")!;
        var version = context.Route("version") is { } text
            ? TorchServeError.Version(name, text).ToString(provider: null) : null;
        TorchServeError.ThrowIfUnregistered(models, name);
        using var call = await calls.BeginAsync(context, new ModelReference(name, version)).ConfigureAwait(false);
        using var body = await RawBody.ReadAsync(context, _limit).ConfigureAwait(false);
        call.BeginInput();
        var form = Read(body, call);
        await call.RunAsync(outputs: null, context.RequestAborted).ConfigureAwait(false);
        if (form is not null)
        {
            await FormAnswer.WriteAsync(context, form.Value, call).ConfigureAwait(false);
            return;
        }

        await JsonAnswer.WriteValueAsync(context, writer => WriteSample(writer, call)).ConfigureAwait(false);
    }

    /// <summary>Fills the inputs.</summary>
    /// <returns>The form of a JSON body, which is answered in the same form; null for a single sample.</returns>
    private RequestForm? Read(RawBody body, InferenceCall call)
    {
        if (body.IsJson)
        {
            return RequestObject.Read(body.Json(), new PredictForms(call.Model, call.Tensors, images));
        }

        if (images.TryRead(body.Bytes, call.Model, call.Tensors))
        {
            return null;
        }

        RawRequest.Read(body.Bytes, call.Tensors);
        return null;
    }

    private static void WriteSample(Utf8JsonWriter writer, InferenceCall call)
    {
        if (call.Model.Manifest is { Task: ModelManifest.Classification, Labels: { } labels }
            && call.Outputs is [{ Type: ElementType.Float32 } logits] && logits.Shape.Length == 2
            && logits.Shape[1] == labels.Count && logits.Shape[0] == 1)
        {
            var probabilities = new float[labels.Count];
            Softmax.Compute(logits.AsSpan<float>(), probabilities);
            writer.WriteStartObject();
            foreach (var (index, probability) in probabilities.Index().OrderByDescending(p => p.Item).Take(Classes))
            {
                writer.WritePropertyName(labels[index]);
                TensorJsonWriter.Write(writer, probability);
            }

            writer.WriteEndObject();
            return;
        }

        if (call.Outputs.Count == 1)
        {
            Write(writer, call.Outputs[0]);
            return;
        }

        writer.WriteStartObject();
        for (var i = 0; i < call.Outputs.Count; i++)
        {
            writer.WritePropertyName(call.Outputs.Specs[i].Name);
            Write(writer, call.Outputs[i]);
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, TensorValue tensor)
        => TensorJsonWriter.WriteNested(writer, tensor, tensor.Shape is [1, ..] ? 0 : null);
}
