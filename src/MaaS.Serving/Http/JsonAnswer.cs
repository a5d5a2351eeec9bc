using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Http;

/// <summary>Writes JSON answers straight into the connection's buffers.</summary>
internal static class JsonAnswer
{
    // What is written is built here, member by member: checking it again would cost time and find nothing.
    private static readonly JsonWriterOptions Options = new() { SkipValidation = true };

    /// <summary>Answers with one JSON object.</summary>
    /// <param name="context">The request.</param>
    /// <param name="writeMembers">Writes the members of the object.</param>
    /// <param name="status">HTTP status.</param>
    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> writeMembers, int status = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        var writer = new Utf8JsonWriter(context.Response.BodyWriter, Options);
        await using (writer.ConfigureAwait(false))
        {
            writer.WriteStartObject();
            writeMembers(writer);
            writer.WriteEndObject();
        }

        await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Answers <c>{"error": message}</c>.</summary>
    public static Task WriteErrorAsync(HttpContext context, int status, string message)
        => WriteAsync(context, w => w.WriteString("error"u8, message), status);
}
