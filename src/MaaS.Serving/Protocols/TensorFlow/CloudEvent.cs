using System.Globalization;
using System.Text.Json;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using MaaS.Serving.Json;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Protocols.TensorFlow;

/// <summary>
/// Requests as CloudEvents, of which KServe's V1 protocol answers with another: structured ones hold the request in
/// <c>data</c> or <c>data_base64</c>, binary ones have it as their body and the rest in headers.
/// </summary>
/// <remarks>Source: CloudEvents 1.0, JSON event format and HTTP protocol binding; the response's attributes are
/// KServe's.</remarks>
internal static class CloudEvent
{
    private const string StructuredType = "application/cloudevents+json";
    private const string ResponseType = "io.kserve.inference.response";

    /// <summary>Whether a request's body is a structured event.</summary>
    public static bool IsStructured(HttpRequest request)
        => request.ContentType?.StartsWith(StructuredType, StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Whether a request's headers are those of a binary event.</summary>
    public static bool IsBinary(HttpRequest request) => request.Headers.ContainsKey("ce-specversion");

    /// <summary>The data of a structured event.</summary>
    /// <exception cref="RequestException">400: an attribute that every event has is missing, or there is no
    /// data.</exception>
    public static byte[] Data(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw RequestException.BadRequest($"expected a CloudEvent as an object, got {reader.TokenType}");
        }

        byte[]? data = null;
        HashSet<string> missing = ["id", "source", "type", "specversion"];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonText.Get(reader);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            if (name == "data_base64")
            {
                data = reader.TokenType == JsonTokenType.String && JsonText.TryGetBase64(reader, out var bytes) ? bytes
                    : throw RequestException.BadRequest("data_base64: expected a text in base64");
            }

            if (name == "specversion" && (reader.TokenType != JsonTokenType.String || JsonText.Get(reader) != "1.0"))
            {
                throw RequestException.BadRequest("specversion: expected 1.0");
            }

            var isText = reader.TokenType == JsonTokenType.String;
            reader.Skip();
            if (name == "data")
            {
                data = json[start..(int)reader.BytesConsumed].ToArray();
            }
            else if (isText)
            {
                missing.Remove(name);
            }
        }

        reader.Read(); // Throws where something follows the object.
        return missing.Count > 0
            ? throw RequestException.BadRequest(
                $"expected a CloudEvent with id, source, type and specversion, [{string.Join(", ", missing)}] is "
                    + "missing")
            : data ?? throw RequestException.BadRequest("expected a CloudEvent with data or data_base64, got none");
    }

    /// <summary>Answers a structured event.</summary>
    public static async Task WriteAsync(
        HttpContext context, string model, DateTimeOffset time, Action<Utf8JsonWriter> writeData)
    {
        using var json = JsonBuffer.Rent();
        var writer = json.Writer;
        writer.WriteStartObject();
        writer.WriteString("specversion"u8, "1.0"u8);
        writer.WriteString("id"u8, Guid.NewGuid().ToString());
        writer.WriteString("source"u8, Source(model));
        writer.WriteString("type"u8, ResponseType);
        writer.WriteString("time"u8, Text(time));
        writer.WriteString("datacontenttype"u8, "application/json"u8);
        writer.WriteStartObject("data"u8);
        NonFinite.Begin(context);
        try
        {
            writeData(writer);
        }
        finally
        {
            NonFinite.Begin(null);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.Flush();
        context.Response.ContentType = StructuredType;
        context.Response.ContentLength = json.Written.Length;
        await context.Response.BodyWriter.WriteAsync(json.Written, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Puts the attributes of a binary answer into its headers.</summary>
    public static void WriteHeaders(HttpResponse response, string model, DateTimeOffset time)
    {
        response.Headers["ce-specversion"] = "1.0";
        response.Headers["ce-id"] = Guid.NewGuid().ToString();
        response.Headers["ce-source"] = Source(model);
        response.Headers["ce-type"] = ResponseType;
        response.Headers["ce-time"] = Text(time);
    }

    private static string Source(string model) => $"io.kserve.inference.{model}";

    private static string Text(DateTimeOffset time)
        => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
