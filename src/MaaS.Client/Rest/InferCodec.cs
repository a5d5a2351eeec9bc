using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;

namespace MaaS.Client.Rest;

/// <summary>Inference requests and answers on the wire.</summary>
internal static class InferCodec
{
    private const string HeaderLength = "Inference-Header-Content-Length";

    /// <summary>The body of a request, with the header that tells the length of its JSON part where tensors
    /// follow.</summary>
    public static HttpContent Encode(InferRequest request, bool useJson)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            Write(writer, request, useJson);
        }

        if (useJson)
        {
            return new ReadOnlyMemoryContent(json.WrittenMemory)
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            };
        }

        var content = new BinaryContent(json.WrittenMemory, request.Inputs)
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") },
        };
        content.Headers.TryAddWithoutValidation(HeaderLength, json.WrittenCount.ToString(CultureInfo.InvariantCulture));
        return content;
    }

    /// <summary>Reads an answer.</summary>
    /// <exception cref="MaaSClientException">It has another form.</exception>
    public static async Task<InferResponse> DecodeAsync(
        Uri address, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var length = HeaderOf(response) is { } text
                ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : body.Length;
            using var json = JsonDocument.Parse(NonFiniteTokens.Quote(body.AsMemory(0, length)));
            return Decode(json.RootElement, body.AsMemory(length));
        }
        catch (Exception e) when (
            e is JsonException or FormatException or OverflowException or ArgumentException or KeyNotFoundException
                or InvalidOperationException)
        {
            throw RestErrors.Unreadable(address, "an inference response of the Open Inference Protocol", e);
        }
    }

    private static void Write(Utf8JsonWriter writer, InferRequest request, bool useJson)
    {
        writer.WriteStartObject();
        if (request.Id is { } id)
        {
            writer.WriteString("id"u8, id);
        }

        writer.WriteStartArray("inputs"u8);
        foreach (var input in request.Inputs)
        {
            WriteInput(writer, input, useJson);
        }

        writer.WriteEndArray();
        if (request.Outputs is { } outputs)
        {
            writer.WriteStartArray("outputs"u8);
            foreach (var output in outputs)
            {
                WriteOutput(writer, output);
            }

            writer.WriteEndArray();
        }

        WriteParameters(writer, request, useJson);
        writer.WriteEndObject();
    }

    private static void WriteInput(Utf8JsonWriter writer, Tensor input, bool useJson)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, input.Name);
        writer.WriteString("datatype"u8, input.Datatype);
        writer.WriteStartArray("shape"u8);
        foreach (var size in input.Shape)
        {
            writer.WriteNumberValue(size);
        }

        writer.WriteEndArray();
        if (useJson)
        {
            writer.WritePropertyName("data"u8);
            JsonElements.Write(writer, input);
        }
        else
        {
            writer.WriteStartObject("parameters"u8);
            writer.WriteNumber("binary_data_size"u8, input.Data.Length);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void WriteOutput(Utf8JsonWriter writer, RequestedOutput output)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, output.Name);
        if (output.Classes > 0)
        {
            writer.WriteStartObject("parameters"u8);
            writer.WriteNumber("classification"u8, output.Classes);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void WriteParameters(Utf8JsonWriter writer, InferRequest request, bool useJson)
    {
        writer.WriteStartObject("parameters"u8);
        writer.WriteBoolean("binary_data_output"u8, !useJson);
        if (request.Priority is { } priority)
        {
            writer.WriteNumber("priority"u8, priority);
        }

        if (request.Timeout is { } timeout)
        {
            writer.WriteNumber("timeout"u8, (long)Math.Ceiling(timeout.TotalMicroseconds));
        }

        writer.WriteEndObject();
    }

    private static InferResponse Decode(JsonElement json, ReadOnlyMemory<byte> binary)
    {
        List<Tensor> outputs = [];
        foreach (var output in json.GetProperty("outputs").EnumerateArray())
        {
            var name = output.GetProperty("name").GetString()!;
            var datatype = output.GetProperty("datatype").GetString()!;
            long[] shape = [.. output.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64())];
            ReadOnlyMemory<byte> data;
            if (output.TryGetProperty("parameters", out var parameters)
                && parameters.TryGetProperty("binary_data_size", out var size))
            {
                data = binary[..size.GetInt32()];
                binary = binary[size.GetInt32()..];
            }
            else
            {
                data = JsonElements.Read(output.GetProperty("data"), datatype);
            }

            outputs.Add(Tensor.FromWire(name, datatype, shape, data));
        }

        return new InferResponse(
            Text(json, "model_name") ?? "", Text(json, "model_version"), Text(json, "id"), outputs);
    }

    private static string? Text(JsonElement json, string member)
        => json.TryGetProperty(member, out var value) ? value.GetString() : null;

    private static string? HeaderOf(HttpResponseMessage response)
        => response.Headers.TryGetValues(HeaderLength, out var values)
            || response.Content.Headers.TryGetValues(HeaderLength, out values) ? values.First() : null;
}
