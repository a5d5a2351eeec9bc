using System.Text.Json;
using MaaS.Core.Inference;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MaaS.Serving.Http;

/// <summary>Turns what an endpoint throws into one JSON error; causes stay in the log.</summary>
internal sealed partial class ServingEndpoint(ILogger<ServingEndpoint> logger)
{
    public RequestDelegate Handle(Func<HttpContext, Task> endpoint) => async context =>
    {
        try
        {
            await endpoint(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (context.RequestAborted.IsCancellationRequested)
        {
            LogCancelled(e, context.Request.Path);
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            var (status, message) = Answer(e);
            if (status >= StatusCodes.Status500InternalServerError)
            {
                LogFailed(e, context.Request.Path);
            }
            else if (e.InnerException is not null)
            {
                LogRefused(e, context.Request.Path);
            }

            await JsonAnswer.WriteErrorAsync(context, status, message).ConfigureAwait(false);
        }
    };

    private static (int Status, string Message) Answer(Exception exception) => exception switch
    {
        RequestException e => (e.Status, e.Message),
        ModelInputException e => (StatusCodes.Status400BadRequest, e.Message),
        JsonException e => (StatusCodes.Status400BadRequest, $"expected JSON, got an error in line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}"),
        BadHttpRequestException e => (e.StatusCode, e.Message),
        InferenceException { IsInputRejected: true }
            => (StatusCodes.Status400BadRequest, "expected inputs that the model can compute with, it refused their values; the server's log has the cause"),
        InferenceException => (StatusCodes.Status500InternalServerError, "the model failed on this request; the server's log has the cause"),
        ObjectDisposedException => (StatusCodes.Status503ServiceUnavailable, "the server is stopping"),
        _ => (StatusCodes.Status500InternalServerError, "the server failed on this request; its log has the cause"),
    };

    [LoggerMessage(LogLevel.Debug, "The client of {Path} is gone")]
    private partial void LogCancelled(Exception exception, string path);

    [LoggerMessage(LogLevel.Information, "{Path} was refused")]
    private partial void LogRefused(Exception exception, string path);

    [LoggerMessage(LogLevel.Error, "{Path} failed")]
    private partial void LogFailed(Exception exception, string path);
}
