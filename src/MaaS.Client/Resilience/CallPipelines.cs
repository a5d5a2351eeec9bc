using Polly;
using Polly.CircuitBreaker;
using Polly.Hedging;
using Polly.Retry;
using Polly.Timeout;

namespace MaaS.Client.Resilience;

/// <summary>Polly's strategies as a client's options want them.</summary>
/// <remarks>
/// They stand around whole calls, not in an HTTP handler as Microsoft.Extensions.Http.Resilience has them: whether a
/// call of gRPC failed is said in its trailers, and a stream counts as begun only with its first piece. A handler sees
/// neither.
/// </remarks>
internal static class CallPipelines
{
    public static readonly ResiliencePropertyKey<Call> CallKey = new("MaaS.Call");
    public static readonly ResiliencePropertyKey<TimeSpan?> TimeoutKey = new("MaaS.Timeout");

    /// <summary>Around all tries: time for all of them, further tries, hedging.</summary>
    public static ResiliencePipeline<object> OfRequest(
        MaaSClientOptions options, RetryScope scope, EndpointPool pool,
        Action<ResiliencePipelineBuilder<object>> configure)
    {
        var builder = new ResiliencePipelineBuilder<object>
        {
            Name = nameof(MaaSClient),
            InstanceName = scope.ToString(),
        };
        configure(builder);
        if (options.TotalTimeout is { } total)
        {
            builder.AddTimeout(new TimeoutStrategyOptions { Name = "Total", Timeout = total });
        }

        if (options.MaxRetries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<object>
            {
                MaxRetryAttempts = options.MaxRetries,
                Delay = options.RetryDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = a => ValueTask.FromResult(IsRetried(a.Outcome.Exception, scope, options)),
                DelayGenerator = a => ValueTask.FromResult(DelayOf(a.Outcome.Exception, a.Context, pool)),
            });
        }

        if (scope == RetryScope.Hedged && options.HedgingDelay is { } delay)
        {
            builder.AddHedging(new HedgingStrategyOptions<object>
            {
                Delay = delay,
                MaxHedgedAttempts = options.MaxHedges,
                ShouldHandle = a => ValueTask.FromResult(IsRetried(a.Outcome.Exception, scope, options)),
            });
        }

        return builder.Build();
    }

    /// <summary>Around one try on one endpoint: its circuit breaker, the try's time.</summary>
    public static ResiliencePipeline<object> OfEndpoint(
        Endpoint endpoint, MaaSClientOptions options, TimeProvider time,
        Action<ResiliencePipelineBuilder<object>> configure)
    {
        var builder = new ResiliencePipelineBuilder<object>
        {
            Name = nameof(MaaSClient),
            InstanceName = endpoint.Address.Authority,
        };
        configure(builder);
        if (options.CircuitBreak is { } duration)
        {
            builder.AddCircuitBreaker(new CircuitBreakerStrategyOptions<object>
            {
                BreakDuration = duration,
                FailureRatio = options.CircuitFailureRatio,
                MinimumThroughput = options.CircuitMinimumRequests,
                SamplingDuration = options.CircuitWindow,
                ShouldHandle = static a => ValueTask.FromResult(
                    a.Outcome.Exception is TimeoutRejectedException || IsServersFault(a.Outcome.Exception)),
                OnOpened = a =>
                {
                    endpoint.Break(time.GetUtcNow() + a.BreakDuration);
                    return default;
                },
                OnClosed = _ =>
                {
                    endpoint.Mend();
                    return default;
                },
            });
        }

        return builder.AddTimeout(new TimeoutStrategyOptions
        {
            Name = "Try",
            TimeoutGenerator = a => ValueTask.FromResult(
                a.Context.Properties.GetValue(TimeoutKey, defaultValue: null) ?? options.Timeout
                    ?? Timeout.InfiniteTimeSpan),
        }).Build();
    }

    private static bool IsServersFault(Exception? exception)
        => exception is MaaSClientException
        {
            Kind: ErrorKind.Unreachable or ErrorKind.Disconnected
            or ErrorKind.Timeout or ErrorKind.Unavailable
        };

    private static bool IsRetried(Exception? exception, RetryScope scope, MaaSClientOptions options)
        => exception is MaaSClientException e && !(e.RetryAfter > options.MaxRetryAfter)
            && (e.Kind is ErrorKind.Unreachable or ErrorKind.Busy or ErrorKind.Unavailable
                || (scope != RetryScope.Unsent && e.Kind is ErrorKind.Disconnected or ErrorKind.Timeout));

    /// <summary>What the server asks for; nothing where another one can answer; null for the growing wait.</summary>
    private static TimeSpan? DelayOf(Exception? exception, ResilienceContext context, EndpointPool pool)
    {
        var call = context.Properties.GetValue(CallKey, defaultValue: null!);
        return call.HasFresh(pool) ? TimeSpan.Zero : (exception as MaaSClientException)?.RetryAfter;
    }
}
