using System.Text.Json;
using MaaS.Serving.Faults;
using MaaS.Serving.Json;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Http;

/// <summary>Writes JSON answers from pooled memory, with their length, so that they need no chunks.</summary>
internal static class JsonAnswer
{
    /// <summary>Answers with one JSON object.</summary>
    /// <param name="context">The request.</param>
    /// <param name="writeMembers">Writes the members of the object.</param>
    /// <param name="status">HTTP status.</param>
    public static Task WriteAsync(
        HttpContext context, Action<Utf8JsonWriter> writeMembers, int status = StatusCodes.Status200OK)
        => WriteAsync(context, writeMembers, isObject: true, status);

    /// <summary>Answers with one JSON value of any kind.</summary>
    /// <param name="context">The request.</param>
    /// <param name="writeValue">Writes the value.</param>
    public static Task WriteValueAsync(HttpContext context, Action<Utf8JsonWriter> writeValue)
        => WriteAsync(context, writeValue, isObject: false, StatusCodes.Status200OK);

    /// <summary>Answers <c>{"error": message}</c>.</summary>
    public static Task WriteErrorAsync(HttpContext context, int status, string message)
        => WriteAsync(context, w => w.WriteString("error"u8, message), status);

    /// <summary>Answers a failure as <c>{"error": message}</c> with its status.</summary>
    public static Task WriteErrorAsync(HttpContext context, Failure failure)
        => WriteErrorAsync(context, HttpStatus.Of(failure.Kind), failure.Message);

    private static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write, bool isObject, int status)
    {
        using var json = JsonBuffer.Rent();
        if (isObject)
        {
            json.Writer.WriteStartObject();
        }

        NonFinite.Begin(context);
        try
        {
            write(json.Writer);
        }
        finally
        {
            NonFinite.Begin(null);
        }

        if (isObject)
        {
            json.Writer.WriteEndObject();
        }

        json.Writer.Flush();
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Written.Length;
        await context.Response.BodyWriter.WriteAsync(json.Written, context.RequestAborted).ConfigureAwait(false);
    }
}
