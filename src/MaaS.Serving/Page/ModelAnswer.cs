using System.Text.Json;
using MaaS.Onnx.Inference;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Execution;
using MaaS.Serving.Http;
using MaaS.Serving.Models;
using MaaS.Serving.Protocols;
using MaaS.Serving.Protocols.OpenInference;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Page;

/// <summary><c>GET /page/models/{name}</c>: what the page needs to ask a model, or its version
/// <c>?version=</c>.</summary>
internal sealed class ModelAnswer(ModelRepository models, InputEncoders encoders, RequestContextFactory contexts)
{
    public async Task WriteAsync(HttpContext context)
    {
        using var lease = await models.AcquireAsync(
            new ModelReference(
                context.Route("name"),
                context.Request.Query["version"].ToString() is { Length: > 0 } version ? version : null),
            contexts.Of(context), context.RequestAborted).ConfigureAwait(false);
        var model = lease.Model;
        var inputs = encoders.For(model)?.Inputs ?? model.Inputs;
        context.Response.Headers.CacheControl = "no-store";
        await JsonAnswer.WriteAsync(context, writer =>
        {
            writer.WriteString("name"u8, model.Name);
            writer.WriteString("task"u8, model.Manifest?.Task);
            writer.WriteString("description"u8, model.Manifest?.Description);
            writer.WriteBoolean("has_baseline"u8, model.Drift is not null);
            writer.WriteBoolean("takes_text"u8, inputs is [{ Type: ElementType.String, Shape.Count: 1 }]);
            writer.WriteBoolean("writes_text"u8, model.Generation is not null);
            writer.WriteBoolean("has_chat_template"u8, model is { Generation: not null, ChatTemplate: not null });
            WriteImage(writer, model);
            WriteForm(writer, model);
            OpenInferenceMetadata.WriteSpecs(writer, "inputs", inputs);
            WriteMetrics(writer, model.Manifest?.Metrics);
        }).ConfigureAwait(false);
    }

    /// <summary>The size of pictures that <c>/predict</c> takes as pixels, and what black becomes where it is one
    /// value.</summary>
    private static void WriteImage(Utf8JsonWriter writer, ServedModel model)
    {
        if (model is not
            {
                Manifest.Preprocessing: { Mean.Count: 1 or 3 } p,
                Inputs: [{ Type: ElementType.Float32, Shape: [_, var channels, > 0 and var height, > 0 and var width] }]
            }
            || channels != p.Mean.Count)
        {
            writer.WriteNull("image"u8);
            return;
        }

        writer.WriteStartObject("image"u8);
        writer.WriteNumber("channels"u8, channels);
        writer.WriteNumber("height"u8, height);
        writer.WriteNumber("width"u8, width);
        writer.WriteNumber("black"u8, channels == 1 ? -p.Mean[0] / p.Std[0] : 0);
        writer.WriteEndObject();
    }

    /// <summary>The fields of a row, and the classes in the order of the answer's probabilities.</summary>
    private static void WriteForm(Utf8JsonWriter writer, ServedModel model)
    {
        if (model.Form is not { } form)
        {
            writer.WriteNull("form"u8);
            return;
        }

        writer.WriteStartObject("form"u8);
        writer.WriteStartArray("fields"u8);
        foreach (var field in form.Fields)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, field.Name);
            writer.WriteString("kind"u8, field.Kind.ToString().ToLowerInvariant());
            writer.WriteString("example"u8, field.Example);
            writer.WriteBoolean("has_time"u8, field.HasTime);
            WriteTexts(writer, "categories", field.Categories);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        WriteTexts(writer, "classes", model.Manifest?.Labels ?? []);
        writer.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter writer, string name, IReadOnlyList<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }

    private static void WriteMetrics(Utf8JsonWriter writer, IReadOnlyDictionary<string, double>? metrics)
    {
        writer.WriteStartObject("metrics"u8);
        foreach (var (name, value) in metrics?.Where(m => double.IsFinite(m.Value)) ?? [])
        {
            writer.WriteNumber(name, value);
        }

        writer.WriteEndObject();
    }
}
