using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using MaaS.Serving.Http.Unpacking;
using MaaS.Serving.Models;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MaaS.Serving.Endpoints;

/// <summary>Turns what an endpoint throws into one JSON error; causes stay in the log.</summary>
internal sealed partial class ServingEndpoint(
    ModelRepository models, RecentErrors errors, FailureReport report, ILogger<ServingEndpoint> logger)
{
    /// <summary>Makes an endpoint whose bodies may be packed and whose failures become answers.</summary>
    /// <param name="endpoint">Answers a request, or throws.</param>
    /// <remarks>Failures are written in the <see cref="ErrorForm"/> of the endpoint's metadata, as the guard's are;
    /// where it has none as <c>{"error": message}</c>.</remarks>
    public RequestDelegate Handle(Func<HttpContext, Task> endpoint)
        => context => ResponsePacking.RunAsync(context, c => AnswerAsync(c, endpoint));

    /// <summary>What the client is told of an exception, after the log and the page were told what they need.</summary>
    public Failure Explain(HttpContext context, Exception exception)
    {
        // What the models themselves refused is counted there; under overload nothing more shall be looked up.
        if (!errors.Knows(exception))
        {
            errors.Add(exception, ModelOf(context));
        }

        var failure = HttpStatus.FailureOf(exception);
        report.Add(context, exception, failure, context.Route("name"));
        return failure;
    }

    private async Task AnswerAsync(HttpContext context, Func<HttpContext, Task> endpoint)
    {
        if (models.IsDraining && HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            // The client shall find another server before its next request meets a closed connection.
            context.Response.Headers.Connection = "close";
        }

        try
        {
            RequestUnpacking.Apply(context);
            await endpoint(context).ConfigureAwait(false);
        }
        catch (Exception e) when (IsGone(context, e))
        {
            LogCancelled(e.Message, context.Request.Path);
            // Kestrel would read the rest of the body from a reader that the reset left in the middle of a read, and
            // log an error.
            context.Abort();
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            var failure = Explain(context, e);
            if (failure.RetryAfterSeconds is { } wait)
            {
                context.Response.Headers.RetryAfter = wait;
            }

            var writing = context.GetEndpoint()?.Metadata.GetMetadata<ErrorForm>() is { } form
                ? form.WriteAsync(context, failure) : JsonAnswer.WriteErrorAsync(context, failure);
            await writing.ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Whether nobody is there to be told: the client hung up, or stopped in the middle of its request.
    /// </summary>
    private static bool IsGone(HttpContext context, Exception exception)
        => context.RequestAborted.IsCancellationRequested && exception is OperationCanceledException or IOException
            || exception is ConnectionResetException or ConnectionAbortedException
            || exception is BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest } bad
                && bad.Message.Contains("end of request content", StringComparison.Ordinal);

    /// <summary>The model that a request names, where it is one of the server's.</summary>
    private string? ModelOf(HttpContext context)
        => (context.Route("name") ?? context.Request.Query["model"]) is { } name
        && models.Index().Any(s => s.Name == name)
        ? name : null;

    [LoggerMessage(LogLevel.Debug, "The client of {Path} is gone: {Cause}")]
    private partial void LogCancelled(string cause, string path);
}
