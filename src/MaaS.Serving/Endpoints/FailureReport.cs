using MaaS.Serving.Audit;
using MaaS.Serving.Faults;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MaaS.Serving.Endpoints;

/// <summary>Tells the log and the audit log of a request that failed; every protocol reports here.</summary>
internal sealed partial class FailureReport(AuditTrail audit, ILogger<FailureReport> logger)
{
    /// <summary>Reports a failure.</summary>
    /// <param name="context">The request.</param>
    /// <param name="exception">What was thrown; the log alone hears of causes.</param>
    /// <param name="failure">What the client is told.</param>
    /// <param name="model">The model that the request names; null where it names none.</param>
    public void Add(HttpContext context, Exception exception, Failure failure, string? model)
    {
        audit.Refused(context, EndpointGuard.Of(context), failure, model);
        if (failure.IsOurs)
        {
            LogFailed(exception, context.Request.Path);
        }
        else if (exception.InnerException is not null)
        {
            LogRefused(context.Request.Path, PublicText.WithoutPaths(exception.InnerException.Message));
            LogCause(exception, context.Request.Path);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Path} was refused: {Cause}")]
    private partial void LogRefused(string path, string cause);

    // Stack traces name files of the machine that built the server.
    [LoggerMessage(LogLevel.Debug, "{Path} was refused")]
    private partial void LogCause(Exception exception, string path);

    [LoggerMessage(LogLevel.Error, "{Path} failed")]
    private partial void LogFailed(Exception exception, string path);
}
