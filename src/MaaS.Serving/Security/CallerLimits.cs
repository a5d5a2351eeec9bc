using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Security;

/// <summary>One token bucket a caller; those nobody uses go away by themselves.</summary>
internal sealed class CallerLimits : IDisposable
{
    private readonly RateLimitOptions? _default;
    private readonly PartitionedRateLimiter<(Caller Caller, string Key)> _limiter;

    public CallerLimits(IOptions<MaaSServingOptions> options)
    {
        _default = options.Value.Security.RateLimit;
        _limiter = PartitionedRateLimiter.Create<(Caller Caller, string Key), string>(
            who => RateLimitPartition.GetTokenBucketLimiter(
            who.Key, _
                => Bucket(
                    who.Caller.RequestsPerSecond ?? _default!.RequestsPerSecond,
                    who.Caller.RequestsPerSecond is null ? _default!.Burst : 0)));
    }

    /// <summary>Takes one request off a caller's quota.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="context">Whose address stands for a caller without a name.</param>
    /// <returns>Null where they may go on, else how long they should wait.</returns>
    public TimeSpan? Take(Caller caller, HttpContext context)
    {
        if (_default is null && caller.RequestsPerSecond is null)
        {
            return null;
        }

        using var lease = _limiter.AttemptAcquire(
            (caller, caller.Name.Length > 0
                ? $"name {caller.Account}" : $"address {context.Connection.RemoteIpAddress}"));
        return lease.IsAcquired ? null
            : lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1);
    }

    public void Dispose() => _limiter.Dispose();

    private static TokenBucketRateLimiterOptions Bucket(double perSecond, int burst)
    {
        // Tokens come in whole numbers: at slow rates one at a time, at fast ones many every 10 ms.
        var period = TimeSpan.FromSeconds(Math.Max(0.01, 1 / perSecond));
        return new TokenBucketRateLimiterOptions
        {
            TokenLimit = burst > 0 ? burst : Math.Max(1, (int)Math.Ceiling(2 * perSecond)),
            TokensPerPeriod = Math.Max(1, (int)Math.Round(perSecond * period.TotalSeconds)),
            ReplenishmentPeriod = period,
            QueueLimit = 0,
            AutoReplenishment = true,
        };
    }
}
