using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Http;

/// <summary>Writes JSON answers from pooled memory, with their length, so that they need no chunks.</summary>
internal static class JsonAnswer
{
    /// <summary>Answers with one JSON object.</summary>
    /// <param name="context">The request.</param>
    /// <param name="writeMembers">Writes the members of the object.</param>
    /// <param name="status">HTTP status.</param>
    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> writeMembers, int status = StatusCodes.Status200OK)
    {
        using var json = JsonBuffer.Rent();
        json.Writer.WriteStartObject();
        writeMembers(json.Writer);
        json.Writer.WriteEndObject();
        json.Writer.Flush();
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Written.Length;
        await context.Response.BodyWriter.WriteAsync(json.Written, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Answers <c>{"error": message}</c>.</summary>
    public static Task WriteErrorAsync(HttpContext context, int status, string message)
        => WriteAsync(context, w => w.WriteString("error"u8, message), status);
}
