using System.Text.Json;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Http;

/// <summary>What a client is told of an exception. Every protocol maps through here; causes stay in the log.</summary>
/// <param name="Status">HTTP status; other protocols translate it.</param>
/// <param name="Message">For the client: what was expected and what came, never a path or a stack trace.</param>
/// <param name="RetryAfter">When a new try may succeed; null where none will.</param>
internal readonly record struct Failure(int Status, string Message, TimeSpan? RetryAfter = null)
{
    /// <summary>Whether the server is at fault, so that the log must tell.</summary>
    public bool IsOurs => Status >= StatusCodes.Status500InternalServerError && Status is not (StatusCodes.Status503ServiceUnavailable or StatusCodes.Status504GatewayTimeout);

    public static Failure Of(Exception exception) => exception switch
    {
        RequestException e => new(e.Status, e.Message),
        QueueFullException e => new(StatusCodes.Status429TooManyRequests, e.Message, e.RetryAfter),
        DeadlineExceededException e => new(StatusCodes.Status504GatewayTimeout, e.Message),
        ModelInputException e => new(StatusCodes.Status400BadRequest, e.Message),
        JsonException e => new(StatusCodes.Status400BadRequest, $"expected JSON, got an error in line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}"),
        BadHttpRequestException e => new(e.StatusCode, e.Message),
        InferenceException { IsInputRejected: true }
            => new(StatusCodes.Status400BadRequest, "expected inputs that the model can compute with, it refused their values; the server's log has the cause"),
        InferenceException => new(StatusCodes.Status500InternalServerError, "the model failed on this request; the server's log has the cause"),
        ObjectDisposedException => new(StatusCodes.Status503ServiceUnavailable, "the server is stopping"),
        _ => new(StatusCodes.Status500InternalServerError, "the server failed on this request; its log has the cause"),
    };
}
