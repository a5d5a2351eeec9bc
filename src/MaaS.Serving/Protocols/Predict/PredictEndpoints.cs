using System.Numerics.Tensors;
using System.Text.Json;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Http;
using MaaS.Serving.Json;
using MaaS.Serving.Models;
using MaaS.Serving.Protocols.Forms;
using MaaS.Serving.Protocols.Images;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Protocols.Predict;

/// <summary>
/// MaaS's own short interface, <c>POST /predict</c>: <c>instances</c> or <c>inputs</c> as the model takes them, or
/// <c>images</c> (or one <c>image</c>) as pixels or files when the package says how to normalise them. A classifier
/// with labels answers with label and probabilities, any other model with its raw outputs.
/// </summary>
internal sealed class PredictEndpoints(
    InferenceCalls calls,
    ImageFiles images,
    ServingEndpoint endpoint,
    IOptions<MaaSServingOptions> options) : IEndpoints
{
    private readonly long _limit = options.Value.MaxRequestBytes;


    public void Map(IEndpointRouteBuilder endpoints) => endpoints.MapPost("/predict", endpoint.Handle(PredictAsync))
        .WithScope(ServingScope.Predict).WithModel(new ModelMetadata(Named));

    private async Task PredictAsync(HttpContext context)
    {
        // The stations of docs/architecture.md; 1 and 2, the guard and the endpoint, are passed.
        // 3: lease the version that is asked for.
        var version = context.Request.Query["version"] is [{ Length: > 0 } number] ? number : null;
        using var call = await calls.BeginAsync(context, new ModelReference(Named(context), version))
            .ConfigureAwait(false);
        RequestForm form;
        using (var body = await RequestBody.ReadAsync(context, _limit).ConfigureAwait(false))
        {
            // 4: JSON straight into pooled tensors.
            call.BeginInput();
            body.QuoteNonFinite();
            form = RequestObject.Read(body.Json, new PredictForms(call.Model, call.Tensors, images));
        }

        // 5 to 8: through the layers and a batch to ONNX Runtime and back.
        await call.RunAsync(outputs: null, context.RequestAborted).ConfigureAwait(false);
        // 9: the answer; buffers and lease go back with the call.
        var labels = form != RequestForm.Column
            && call.Model.Manifest is { Task: ModelManifest.Classification, Labels: { } l }
            ? l : null;
        if (labels is not null && call.Outputs is [{ Type: ElementType.Float32 } logits] && logits.Shape.Length == 2
            && logits.Shape[1] == labels.Count)
        {
            await JsonAnswer.WriteAsync(context, writer => WriteClasses(writer, logits, labels)).ConfigureAwait(false);
            return;
        }

        await FormAnswer.WriteAsync(context, form, call).ConfigureAwait(false);
    }

    private static string? Named(HttpContext context)
        => context.Request.Query["model"] is [{ Length: > 0 } name] ? name : null;

    private static void WriteClasses(Utf8JsonWriter writer, TensorValue logits, IReadOnlyList<string> labels)
    {
        var probabilities = new float[labels.Count];
        writer.WriteStartArray("predictions"u8);
        for (var row = 0; row < logits.Shape[0]; row++)
        {
            Softmax.Compute(logits.AsSpan<float>().Slice(row * labels.Count, labels.Count), probabilities);
            writer.WriteStartObject();
            writer.WriteString("label"u8, labels[TensorPrimitives.IndexOfMax<float>(probabilities)]);
            writer.WriteStartObject("probabilities"u8);
            for (var i = 0; i < labels.Count; i++)
            {
                writer.WritePropertyName(labels[i]);
                TensorJsonWriter.Write(writer, probabilities[i]);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
