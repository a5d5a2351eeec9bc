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

    /// <summary>Timestamp at which a try began.</summary>
    public static readonly ResiliencePropertyKey<long> StartKey = new("MaaS.Start");

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
                ShouldHandle = a => ValueTask.FromResult(
                    Passes(a.Outcome.Exception, scope)
                        && (!(RetryAfterOf(a.Outcome.Exception) > options.MaxRetryAfter) || HasFresh(a.Context, pool))),
                DelayGenerator = a => ValueTask.FromResult(
                    HasFresh(a.Context, pool) ? TimeSpan.Zero : RetryAfterOf(a.Outcome.Exception)),
            });
        }

        if (scope == RetryScope.Hedged && options.HedgingDelay is { } delay)
        {
            builder.AddHedging(new HedgingStrategyOptions<object>
            {
                // A server that has the request already does not get it again: that is a further try's to decide.
                DelayGenerator = a => ValueTask.FromResult(
                    HasFresh(a.Context, pool) ? delay : Timeout.InfiniteTimeSpan),
                ActionGenerator = a => HasFresh(a.PrimaryContext, pool) ? () => a.Callback(a.ActionContext) : null,
                MaxHedgedAttempts = options.MaxHedges,
                ShouldHandle = a => ValueTask.FromResult(Passes(a.Outcome.Exception, scope)),
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
                ShouldHandle = a => ValueTask.FromResult(
                    a.Outcome.Exception is TimeoutRejectedException || IsServersFault(a.Outcome.Exception)
                        || IsOvertaken(a.Outcome.Exception, a.Context, options, time)),
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

    /// <summary>
    /// Whether a hedged try ended since another server's answer came first, or the time for all tries was over,
    /// although it had the hedging delay for its own.
    /// </summary>
    private static bool IsOvertaken(
        Exception? exception, ResilienceContext context, MaaSClientOptions options, TimeProvider time)
        => exception is OperationCanceledException && options.HedgingDelay is { } delay && delay > TimeSpan.Zero
            && CallOf(context) is { IsHedged: true, Caller.IsCancellationRequested: false }
            && time.GetElapsedTime(context.Properties.GetValue(StartKey, time.GetTimestamp())) >= delay;

    /// <summary>Whether a failure may pass, and the request may be sent again.</summary>
    private static bool Passes(Exception? exception, RetryScope scope)
        => exception is MaaSClientException e
            && (e.Kind is ErrorKind.Unreachable or ErrorKind.Busy or ErrorKind.Unavailable
                || (scope != RetryScope.Unsent && e.Kind is ErrorKind.Disconnected or ErrorKind.Timeout));

    private static TimeSpan? RetryAfterOf(Exception? exception) => (exception as MaaSClientException)?.RetryAfter;

    private static bool HasFresh(ResilienceContext context, EndpointPool pool) => CallOf(context).HasFresh(pool);

    private static Call CallOf(ResilienceContext context)
        => context.Properties.GetValue(CallKey, defaultValue: null!);
}
