using MaaS.Serving.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MaaS.Serving.Telemetry;

/// <summary>One structured line a request, and the request's name in its answer.</summary>
internal sealed partial class RequestLog(ILogger<RequestLog> logger, TimeProvider time)
{
    /// <summary>Puts the log around an endpoint.</summary>
    public void Around(EndpointBuilder endpoint)
    {
        if (endpoint.RequestDelegate is { } inner)
        {
            endpoint.RequestDelegate = context => InvokeAsync(context, inner);
        }
    }

    private async Task InvokeAsync(HttpContext context, RequestDelegate inner)
    {
        var start = time.GetTimestamp();
        try
        {
            await inner(context).ConfigureAwait(false);
        }
        finally
        {
            LogRequest(
                context.Request.Method, context.Request.Path, context.Response.StatusCode, time.GetElapsedTime(start)
                    .TotalMilliseconds,
                context.RequestId(), context.User.Identity?.Name ?? "");
        }
    }

    [LoggerMessage(
        LogLevel.Information, "{Method} {Path} {Status} in {Milliseconds:F2} ms, request {RequestId} of '{Caller}'")]
    private partial void LogRequest(
        string method, string path, int status, double milliseconds, string requestId, string caller);
}
