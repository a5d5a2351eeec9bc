using System.Text.Json;
using MaaS.Onnx.Inference;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using MaaS.Serving.Json;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Protocols.Forms;

/// <summary>Writes outputs as TensorFlow Serving does: one output gives bare values, several give objects.</summary>
internal static class FormAnswer
{
    // Outputs of such names are bytes rather than text, says the interface.
    private const string BytesSuffix = "_bytes";

    /// <summary>Answers in the form of the request.</summary>
    /// <exception cref="RequestException">400: the form has rows and an output has none.</exception>
    public static Task WriteAsync(HttpContext context, RequestForm form, InferenceCall call)
        => JsonAnswer.WriteAsync(context, Members(form, call));

    /// <summary>Writes the answer's members, in the form of the request.</summary>
    /// <exception cref="RequestException">400: the form has rows and an output has none.</exception>
    public static Action<Utf8JsonWriter> Members(RequestForm form, InferenceCall call)
    {
        var outputs = call.Outputs;
        if (form == RequestForm.Column)
        {
            return writer => WriteColumns(writer, outputs);
        }

        var rows = call.Tensors.Values.Span[0].Shape[0];
        ThrowIfNoRows(outputs, rows);
        return writer => WriteRows(writer, outputs, rows);
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
                    $"instances: expected outputs with one entry for each of {rows} instances, the model gives "
                        + $"{outputs.Specs[i].Name}: {outputs[i]}; use 'inputs'");
            }
        }
    }

    private static void Write(Utf8JsonWriter writer, InferenceOutputs outputs, int? row)
    {
        if (outputs.Count == 1)
        {
            Write(writer, outputs[0], outputs.Specs[0], row);
            return;
        }

        writer.WriteStartObject();
        for (var i = 0; i < outputs.Count; i++)
        {
            writer.WritePropertyName(outputs.Specs[i].Name);
            Write(writer, outputs[i], outputs.Specs[i], row);
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, TensorValue tensor, TensorSpec spec, int? row)
    {
        if (tensor.Type != ElementType.String || !spec.Name.EndsWith(BytesSuffix, StringComparison.Ordinal))
        {
            TensorJsonWriter.WriteNested(writer, tensor, row);
            return;
        }

        var shape = row is null ? tensor.Shape : tensor.Shape[1..];
        var size = row is null ? tensor.Strings.Length : tensor.Strings.Length / (int)tensor.Shape[0];
        WriteBytes(writer, tensor.Strings.Slice((row ?? 0) * size, size), shape);
    }

    private static void WriteBytes(Utf8JsonWriter writer, ReadOnlySpan<string> values, ReadOnlySpan<long> shape)
    {
        if (shape.IsEmpty)
        {
            writer.WriteStartObject();
            writer.WriteBase64String("b64"u8, ByteText.Encode(values[0]));
            writer.WriteEndObject();
            return;
        }

        writer.WriteStartArray();
        for (var i = 0; i < shape[0]; i++)
        {
            var size = values.Length / (int)shape[0];
            WriteBytes(writer, values.Slice(i * size, size), shape[1..]);
        }

        writer.WriteEndArray();
    }
}
