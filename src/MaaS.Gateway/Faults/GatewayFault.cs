using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using MaaS.Gateway.Requests;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using MaaS.Serving.OpenAi;
using Microsoft.AspNetCore.Http;

namespace MaaS.Gateway.Faults;

/// <summary>What the gateway itself answers where no server does.</summary>
internal static class GatewayFault
{
    // It is no part of a page, so that quotation marks need no hiding.
    private static readonly JsonSerializerOptions Json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private const int GrpcInvalidArgument = 3, GrpcNotFound = 5, GrpcPermissionDenied = 7, GrpcResourceExhausted = 8,
        GrpcUnimplemented = 12, GrpcUnavailable = 14, GrpcUnauthenticated = 16;

    public static async Task WriteAsync(HttpContext context, bool grpc, int status, string message)
    {
        var response = context.Response;
        if (status >= StatusCodes.Status502BadGateway)
        {
            response.Headers.RetryAfter = "1";
        }

        if (grpc)
        {
            // An answer without a message: its status stands in the head.
            response.StatusCode = StatusCodes.Status200OK;
            response.ContentType = "application/grpc";
            response.Headers["grpc-status"] = (status switch
            {
                StatusCodes.Status400BadRequest => GrpcInvalidArgument,
                StatusCodes.Status401Unauthorized => GrpcUnauthenticated,
                StatusCodes.Status403Forbidden => GrpcPermissionDenied,
                StatusCodes.Status404NotFound => GrpcNotFound,
                StatusCodes.Status429TooManyRequests => GrpcResourceExhausted,
                StatusCodes.Status501NotImplemented => GrpcUnimplemented,
                _ => GrpcUnavailable,
            }).ToString(CultureInfo.InvariantCulture);
            response.Headers["grpc-message"] = Uri.EscapeDataString(message);
            return;
        }

        if (OpenAiRequest.KindOf(context.Request) is not null)
        {
            await WriteOpenAiAsync(context, status, message).ConfigureAwait(false);
            return;
        }

        response.StatusCode = status;
        response.ContentType = "application/json";
        await response.WriteAsync(
            JsonSerializer.Serialize(new Dictionary<string, string> { ["error"] = $"gateway: {message}" }, Json),
            context.RequestAborted).ConfigureAwait(false);
    }

    // As servers write it.
    private static Task WriteOpenAiAsync(HttpContext context, int status, string message)
        => JsonAnswer.WriteAsync(
            context,
            writer => OpenAiError.WriteMembers(
                writer,
                new Failure(
                    status == StatusCodes.Status502BadGateway ? FaultKind.Unavailable : (FaultKind)status,
                    $"gateway: {message}")
                {
                    Parameter = status is StatusCodes.Status404NotFound or StatusCodes.Status413PayloadTooLarge
                        ? "model" : null,
                }),
            status);
}
