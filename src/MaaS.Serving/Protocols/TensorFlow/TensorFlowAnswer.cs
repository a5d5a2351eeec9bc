using System.Text.Json;
using MaaS.Core.Inference;
using MaaS.Serving.Http;
using MaaS.Serving.Json;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Protocols.TensorFlow;

/// <summary>Writes outputs as TensorFlow Serving does: one output gives bare values, several give objects.</summary>
internal static class TensorFlowAnswer
{
    /// <summary>Answers in the form of the request.</summary>
    /// <exception cref="RequestException">400: the form has rows and an output has none.</exception>
    public static Task WriteAsync(HttpContext context, RequestForm form, InferenceCall call)
    {
        var outputs = call.Outputs;
        if (form == RequestForm.Column)
        {
            return JsonAnswer.WriteAsync(context, writer => WriteColumns(writer, outputs));
        }

        var rows = call.Tensors.Values.Span[0].Shape[0];
        ThrowIfNoRows(outputs, rows);
        return JsonAnswer.WriteAsync(context, writer => WriteRows(writer, outputs, rows));
    }

    /// <summary>Writes <c>"predictions": [one entry a row]</c>.</summary>
    private static void WriteRows(Utf8JsonWriter writer, InferenceOutputs outputs, long rows)
    {
        writer.WriteStartArray("predictions"u8);
        for (var row = 0; row < rows; row++)
        {
            Write(writer, outputs, row);
        }

        writer.WriteEndArray();
    }

    /// <summary>Writes <c>"outputs": whole tensors</c>.</summary>
    private static void WriteColumns(Utf8JsonWriter writer, InferenceOutputs outputs)
    {
        writer.WritePropertyName("outputs"u8);
        Write(writer, outputs, row: null);
    }

    /// <exception cref="RequestException">400: an output has no entry a row.</exception>
    private static void ThrowIfNoRows(InferenceOutputs outputs, long rows)
    {
        for (var i = 0; i < outputs.Count; i++)
        {
            if (outputs[i].Shape.IsEmpty || outputs[i].Shape[0] != rows)
            {
                throw RequestException.BadRequest(
                    $"instances: expected outputs with one entry for each of {rows} instances, the model gives {outputs.Specs[i].Name}: {outputs[i]}; use 'inputs'");
            }
        }
    }

    private static void Write(Utf8JsonWriter writer, InferenceOutputs outputs, int? row)
    {
        if (outputs.Count == 1)
        {
            TensorJsonWriter.WriteNested(writer, outputs[0], row);
            return;
        }

        writer.WriteStartObject();
        for (var i = 0; i < outputs.Count; i++)
        {
            writer.WritePropertyName(outputs.Specs[i].Name);
            TensorJsonWriter.WriteNested(writer, outputs[i], row);
        }

        writer.WriteEndObject();
    }
}
