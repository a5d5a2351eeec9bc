using System.Threading.RateLimiting;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Audit;

/// <summary>What a server writes into its audit log, where it has one.</summary>
/// <remarks>
/// Whoever is refused decides how often: beyond 200 refusals at once and 20 a second they are counted, and the next
/// line that is written says how many there were.
/// </remarks>
internal sealed class AuditTrail : IDisposable
{
    private readonly AuditLog? _log;
    private readonly bool _predictions;
    private readonly TokenBucketRateLimiter? _refusals;
    private long _unwritten;

    public AuditTrail(IOptions<MaaSServingOptions> options, TimeProvider time, ILogger<AuditLog> logger)
    {
        if (options.Value.Security.Audit is { } audit)
        {
            _log = new AuditLog(options, time, logger);
            _predictions = audit.Predictions;
            _refusals = new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
            {
                TokenLimit = 200,
                TokensPerPeriod = 20,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                QueueLimit = 0,
            });
        }
    }

    /// <summary>Begins the lines of a request whose kind is recorded; null for one that is not.</summary>
    public AuditedRequest? Of(HttpContext context, ServingScope scope, Caller caller)
    {
        if (_log is null || !(scope.IsChange() || (scope == ServingScope.Predict && _predictions)))
        {
            return null;
        }

        var audited = new AuditedRequest(_log, AuditEntry.Of(context, caller));
        context.Features.Set(audited);
        return audited;
    }

    /// <summary>Records that a caller was refused (401, 403), unless the request's own last line will tell.</summary>
    /// <param name="context">The request.</param>
    /// <param name="caller">Who; null where that was not found out.</param>
    /// <param name="failure">What they are told.</param>
    /// <param name="model">The model that they asked for; null where none is known.</param>
    public void Refused(HttpContext context, Caller? caller, Failure failure, string? model)
    {
        if (_log is null || failure.Kind is not (FaultKind.Unauthenticated or FaultKind.PermissionDenied))
        {
            return;
        }

        if (context.Features.Get<AuditedRequest>() is { } audited)
        {
            audited.Status = HttpStatus.Of(failure.Kind);
            return;
        }

        using var lease = _refusals!.AttemptAcquire();
        if (!lease.IsAcquired)
        {
            Interlocked.Increment(ref _unwritten);
            return;
        }

        var before = Interlocked.Exchange(ref _unwritten, 0);
        _log.TryAppend(
            AuditEntry.Of(context, caller) with
            {
                Phase = "refused",
                Model = model,
                Status = HttpStatus.Of(failure.Kind),
                Detail = before == 0
                    ? failure.Message : $"{failure.Message} ({before} refusals before this one have no line)",
            },
            durable: false);
    }

    public void Dispose()
    {
        _refusals?.Dispose();
        _log?.Dispose();
    }
}
