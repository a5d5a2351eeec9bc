using System.Text.Json;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.OpenAi;

/// <summary>Errors as OpenAI's clients read them: <c>{"error": {message, type, param, code}}</c>.</summary>
internal static class OpenAiError
{
    /// <summary>For the endpoints' metadata.</summary>
    public static ErrorForm Form { get; } = new(WriteAsync);

    /// <summary>Answers a failure.</summary>
    public static Task WriteAsync(HttpContext context, Failure failure)
        => JsonAnswer.WriteAsync(context, writer => WriteMembers(writer, failure), HttpStatus.Of(failure.Kind));

    /// <summary>Writes the member <c>error</c> of an answer or event.</summary>
    public static void WriteMembers(Utf8JsonWriter writer, Failure failure)
    {
        writer.WriteStartObject("error"u8);
        writer.WriteString("message"u8, failure.Message);
        writer.WriteString("type"u8, TypeOf(failure.Kind));
        writer.WriteString("param"u8, failure.Parameter);
        writer.WriteString("code"u8, failure.Code ?? CodeOf(failure.Kind));
        writer.WriteEndObject();
    }

    private static string TypeOf(FaultKind kind) => kind switch
    {
        FaultKind.Unauthenticated => "authentication_error",
        FaultKind.PermissionDenied => "permission_error",
        FaultKind.ResourceExhausted => "rate_limit_error",
        FaultKind.Internal or FaultKind.Unavailable or FaultKind.DeadlineExceeded => "server_error",
        _ => "invalid_request_error",
    };

    private static string? CodeOf(FaultKind kind) => kind switch
    {
        FaultKind.Unauthenticated => "invalid_api_key",
        FaultKind.NotFound => "model_not_found",
        FaultKind.ResourceExhausted => "rate_limit_exceeded",
        FaultKind.DeadlineExceeded => "timeout",
        _ => null,
    };
}
