using System.Buffers;
using System.Globalization;
using System.Text.Json;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using MaaS.Serving.Json;
using MaaS.Serving.Protocols.SharedMemory;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Protocols.OpenInference;

/// <summary>Writes the outputs of a request: as JSON, or as JSON and the bytes of those that were asked for as
/// bytes.</summary>
internal static class OpenInferenceAnswer
{
    public const string HeaderLength = "Inference-Header-Content-Length";

    /// <summary>Answers a call that was run.</summary>
    public static Task WriteAsync(
        HttpContext context, InferenceCall call, OpenInferenceRequest request, SharedRegions regions)
    {
        var outputs = call.Outputs;
        var tensors = new TensorValue[outputs.Count];
        var isBinary = false;
        for (var i = 0; i < tensors.Length; i++)
        {
            var classes = request.Output(i).Classes;
            tensors[i] = classes == 0
                ? outputs[i] : Classification.Top(outputs[i], outputs.Specs[i], classes, call.Model.Manifest?.Labels);
            if (request.Output(i).Shared is { } part)
            {
                regions.Write(call.Client.Caller, part, tensors[i], outputs.Specs[i].Name);
                continue;
            }

            isBinary |= request.IsBinaryOutput(i);
        }

        return isBinary ? WriteBinaryAsync(context, call, request, tensors)
            : JsonAnswer.WriteAsync(context, writer => WriteMembers(writer, call, request, tensors));
    }

    /// <summary>Refuses what JSON cannot carry before anything is run.</summary>
    /// <exception cref="RequestException">400: an output of 16-bit floats was not asked for as bytes.</exception>
    public static void ThrowIfNotJson(OpenInferenceRequest request, IReadOnlyList<TensorSpec> outputs)
    {
        for (var i = 0; i < (request.Outputs.Count > 0 ? request.Outputs.Count : outputs.Count); i++)
        {
            var spec = request.Outputs.Count > 0
                ? outputs.FirstOrDefault(o => o.Name == request.Outputs[i].Name) : outputs[i];
            if (spec?.Type is ElementType.Float16 or ElementType.BFloat16 && request.Output(i).Shared is null
                && !request.IsBinaryOutput(i) && request.Output(i).Classes == 0)
            {
                throw RequestException.BadRequest(
                    $"output '{spec.Name}': expected the parameter binary_data: JSON does not carry "
                        + $"{spec.Type.ProtocolName()} tensors");
            }
        }
    }

    private static bool IsBytes(OpenInferenceRequest request, int output)
        => request.Output(output).Shared is null && request.IsBinaryOutput(output);

    private static async Task WriteBinaryAsync(
        HttpContext context, InferenceCall call, OpenInferenceRequest request, TensorValue[] tensors)
    {
        using var header = JsonBuffer.Rent();
        header.Writer.WriteStartObject();
        NonFinite.Begin(context);
        try
        {
            WriteMembers(header.Writer, call, request, tensors);
        }
        finally
        {
            NonFinite.Begin(null);
        }

        header.Writer.WriteEndObject();
        header.Writer.Flush();
        long length = header.Written.Length;
        for (var i = 0; i < tensors.Length; i++)
        {
            length += IsBytes(request, i) ? BinaryTensor.Size(tensors[i]) : 0;
        }

        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = length;
        context.Response.Headers[HeaderLength] = header.Written.Length.ToString(CultureInfo.InvariantCulture);
        var body = context.Response.BodyWriter;
        body.Write(header.Written.Span);
        for (var i = 0; i < tensors.Length; i++)
        {
            if (IsBytes(request, i))
            {
                BinaryTensor.Write(body, tensors[i]);
            }
        }

        await body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    private static void WriteMembers(
        Utf8JsonWriter writer, InferenceCall call, OpenInferenceRequest request, TensorValue[] tensors)
    {
        writer.WriteString("model_name"u8, call.Model.Name);
        writer.WriteString("model_version"u8, call.Model.Version.ToString(CultureInfo.InvariantCulture));
        if (request.Id is { } id)
        {
            writer.WriteString("id"u8, id);
        }

        writer.WriteStartArray("outputs"u8);
        for (var i = 0; i < tensors.Length; i++)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, call.Outputs.Specs[i].Name);
            writer.WriteString("datatype"u8, tensors[i].Type.ProtocolName());
            writer.WriteStartArray("shape"u8);
            foreach (var size in tensors[i].Shape)
            {
                writer.WriteNumberValue(size);
            }

            writer.WriteEndArray();
            if (request.Output(i).Shared is { } part)
            {
                writer.WriteStartObject("parameters"u8);
                writer.WriteString("shared_memory_region"u8, part.Region);
                writer.WriteNumber("shared_memory_offset"u8, part.Offset);
                writer.WriteNumber("shared_memory_byte_size"u8, BinaryTensor.Size(tensors[i]));
                writer.WriteEndObject();
            }
            else if (request.IsBinaryOutput(i))
            {
                writer.WriteStartObject("parameters"u8);
                writer.WriteNumber("binary_data_size"u8, BinaryTensor.Size(tensors[i]));
                writer.WriteEndObject();
            }
            else
            {
                writer.WritePropertyName("data"u8);
                TensorJsonWriter.WriteFlat(writer, tensors[i]);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
