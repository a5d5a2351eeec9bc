using System.Net;
using Polly;
using Polly.Retry;

namespace MaaS.Client;

/// <summary>Sends requests, each within its time, and tries again where that is safe.</summary>
internal sealed class RetryingSender
{
    private readonly HttpClient _http;
    private readonly MaaSClientOptions _options;
    private readonly TimeProvider _time;
    private readonly ResiliencePipeline<HttpResponseMessage> _unsent;
    private readonly ResiliencePipeline<HttpResponseMessage> _safe;

    public RetryingSender(HttpClient http, MaaSClientOptions options, TimeProvider time)
    {
        _http = http;
        _options = options;
        _time = time;
        _unsent = Pipeline(IsUnsent);
        _safe = Pipeline(IsTransient);
    }

    /// <summary>Sends a request.</summary>
    /// <param name="newRequest">Makes it anew for each try.</param>
    /// <param name="scope">Which failures may be tried again.</param>
    /// <param name="cancellationToken">The caller waits no more.</param>
    /// <returns>The last answer, with its body, whatever its status.</returns>
    /// <exception cref="HttpRequestException">The server was not reached.</exception>
    /// <exception cref="TimeoutException">The last try took too long.</exception>
    public async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> newRequest, RetryScope scope, CancellationToken cancellationToken)
    {
        var pipeline = scope switch { RetryScope.Safe => _safe, RetryScope.Unsent => _unsent, _ => ResiliencePipeline<HttpResponseMessage>.Empty };
        return await pipeline.ExecuteAsync(
            static (state, token) => new ValueTask<HttpResponseMessage>(state.Sender.TryAsync(state.NewRequest, token)),
            (Sender: this, NewRequest: newRequest),
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> TryAsync(Func<HttpRequestMessage> newRequest, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_options.Timeout ?? Timeout.InfiniteTimeSpan, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        using var request = newRequest();
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{request.RequestUri}: expected an answer within {_options.Timeout ?? _http.Timeout}, got none.", e);
        }
    }

    private ResiliencePipeline<HttpResponseMessage> Pipeline(Func<Outcome<HttpResponseMessage>, bool> isRetried)
    {
        if (_options.MaxRetries == 0)
        {
            return ResiliencePipeline<HttpResponseMessage>.Empty;
        }

        return new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = _time }
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = _options.MaxRetries,
                Delay = _options.RetryDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = arguments => ValueTask.FromResult(
                    isRetried(arguments.Outcome) && !(RetryAfter(arguments.Outcome.Result) > _options.MaxRetryAfter)),
                DelayGenerator = arguments => ValueTask.FromResult(RetryAfter(arguments.Outcome.Result)),
                OnRetry = static arguments =>
                {
                    arguments.Outcome.Result?.Dispose();
                    return default;
                },
            })
            .Build();
    }

    private static bool IsUnsent(Outcome<HttpResponseMessage> outcome)
        => outcome.Result?.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable
            || outcome.Exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError };

    private static bool IsTransient(Outcome<HttpResponseMessage> outcome)
        => IsUnsent(outcome) || outcome.Exception is HttpRequestException or TimeoutException
            || outcome.Result?.StatusCode is HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout;

    /// <summary>What the server asks to wait; null where it does not say.</summary>
    private TimeSpan? RetryAfter(HttpResponseMessage? response) => response?.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date - _time.GetUtcNow() is var wait => wait > TimeSpan.Zero ? wait : TimeSpan.Zero,
        _ => null,
    };
}
