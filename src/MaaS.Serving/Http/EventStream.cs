using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Http;

/// <summary>Answers with server-sent events, each of which the client sees when it is written.</summary>
/// <remarks>
/// https://html.spec.whatwg.org/multipage/server-sent-events.html; JSON has no line ends, so one line of data is
/// enough.
/// </remarks>
internal static class EventStream
{
    public const string ContentType = "text/event-stream";

    /// <summary>Sends an event whose data is one JSON object, and before the first the headers.</summary>
    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> writeMembers)
    {
        var response = context.Response;
        if (!response.HasStarted)
        {
            response.ContentType = ContentType;
            response.Headers.CacheControl = "no-cache";
            response.Headers["X-Accel-Buffering"] = "no"; // nginx collects an answer otherwise.
        }

        Write(response.BodyWriter, writeMembers);
        await response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Sends the event that ends a stream of OpenAI's: <c>data: [DONE]</c>.</summary>
    public static async Task WriteDoneAsync(HttpContext context)
    {
        context.Response.BodyWriter.Write("data: [DONE]\n\n"u8);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    private static void Write(IBufferWriter<byte> body, Action<Utf8JsonWriter> writeMembers)
    {
        using var json = JsonBuffer.Rent();
        json.Writer.WriteStartObject();
        writeMembers(json.Writer);
        json.Writer.WriteEndObject();
        json.Writer.Flush();
        body.Write("data: "u8);
        body.Write(json.Written.Span);
        body.Write("\n\n"u8);
    }
}
