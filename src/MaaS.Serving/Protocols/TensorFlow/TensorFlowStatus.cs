using System.Globalization;
using System.Text.Json;
using MaaS.Onnx.Inference;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using MaaS.Serving.Models;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Protocols.TensorFlow;

/// <summary><c>GET /v1/models/…</c>: states of versions, and what a version takes and gives.</summary>
internal sealed class TensorFlowStatus(ModelRepository models, InputEncoders encoders, RequestContextFactory contexts)
{
    public Task AnswerAsync(HttpContext context)
    {
        var name = context.Route("name")!;
        var adapted = AdapterName.Parse(name);
        var statuses = new ModelAccess(models, context).Status(adapted.Model, context.Route("version"));
        adapted.ThrowIfUnknown(ModelObject.AdaptersOf(statuses));
        if (context.Route("label") is { } label)
        {
            statuses = [.. statuses.Where(s => s.Labels.Contains(label))];
            if (statuses.Count == 0)
            {
                throw RequestException.NotFound(
                    $"model '{name}': expected a label that leads to a version, got '{label}'");
            }
        }

        return JsonAnswer.WriteAsync(context, writer =>
        {
            if (context.Route("version") is null && context.Route("label") is null)
            {
                // OpenAI's clients ask at the same address.
                ModelObject.Write(writer, name, statuses);
            }

            writer.WriteStartArray("model_version_status"u8);
            foreach (var status in statuses.OrderByDescending(s => s.Version))
            {
                writer.WriteStartObject();
                writer.WriteString("version"u8, status.Version.ToString(CultureInfo.InvariantCulture));
                writer.WriteString("state"u8, status.State.ToString().ToUpperInvariant());
                writer.WriteStartObject("status"u8);
                writer.WriteString("error_code"u8, status.ErrorCode);
                writer.WriteString("error_message"u8, status.ErrorMessage);
                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }

    public async Task MetadataAsync(HttpContext context)
    {
        using var lease = await models.AcquireAsync(context.RoutedModel(), contexts.Of(context), context.RequestAborted)
            .ConfigureAwait(false);
        var model = lease.Model;
        await JsonAnswer.WriteAsync(context, writer =>
        {
            writer.WriteStartObject("model_spec"u8);
            writer.WriteString("name"u8, model.Name);
            writer.WriteString("signature_name"u8, ""u8);
            writer.WriteString("version"u8, model.Version.ToString(CultureInfo.InvariantCulture));
            writer.WriteEndObject();
            writer.WriteStartObject("metadata"u8);
            writer.WriteStartObject("signature_def"u8);
            writer.WriteStartObject("signature_def"u8);
            writer.WriteStartObject(TensorFlowRequest.DefaultSignature);
            WriteTensors(writer, "inputs", encoders.InputsOf(model));
            WriteTensors(writer, "outputs", model.Outputs);
            writer.WriteString("method_name"u8, "tensorflow/serving/predict"u8);
            writer.WriteStartObject("defaults"u8);
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static void WriteTensors(Utf8JsonWriter writer, string member, IReadOnlyList<TensorSpec> specs)
    {
        writer.WriteStartObject(member);
        foreach (var spec in specs)
        {
            writer.WriteStartObject(spec.Name);
            writer.WriteString("dtype"u8, TypeName(spec.Type));
            writer.WriteStartObject("tensor_shape"u8);
            writer.WriteStartArray("dim"u8);
            for (var i = 0; i < spec.Shape.Count; i++)
            {
                writer.WriteStartObject();
                writer.WriteString("size"u8, spec.Shape[i].ToString(CultureInfo.InvariantCulture));
                writer.WriteString("name"u8, spec.AxisNames.ElementAtOrDefault(i) ?? "");
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteBoolean("unknown_rank"u8, false);
            writer.WriteEndObject();
            writer.WriteString("name"u8, spec.Name);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    /// <summary>TensorFlow's name of a type.</summary>
    public static string TypeName(ElementType type) => type switch
    {
        ElementType.Float32 => "DT_FLOAT",
        ElementType.Float64 => "DT_DOUBLE",
        ElementType.Float16 => "DT_HALF",
        ElementType.BFloat16 => "DT_BFLOAT16",
        _ => "DT_" + type.Name().ToUpperInvariant(),
    };
}
