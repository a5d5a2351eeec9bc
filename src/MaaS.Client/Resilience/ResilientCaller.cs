using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace MaaS.Client.Resilience;

/// <summary>Sends requests to the best of several servers, and to another where one fails.</summary>
internal sealed partial class ResilientCaller : IAsyncDisposable
{
    private readonly EndpointPool _pool;
    private readonly TimeProvider _time;
    private readonly TimeSpan? _total;
    private readonly ILogger _logger;
    private readonly HealthProber? _prober;
    private readonly ResiliencePipeline<object>[] _pipelines;

    /// <param name="addresses">The servers.</param>
    /// <param name="options">Checked.</param>
    /// <param name="isReady">Asks a server whether it is ready.</param>
    /// <param name="time">Measures waits.</param>
    /// <param name="logging">Gets lines of servers that come and go, and Polly's telemetry.</param>
    public ResilientCaller(
        IEnumerable<Uri> addresses, MaaSClientOptions options, Func<Uri, CancellationToken, Task<bool>> isReady,
        TimeProvider time, ILoggerFactory logging)
    {
        _pool = new EndpointPool(addresses, time);
        _time = time;
        _total = options.TotalTimeout;
        _logger = logging.CreateLogger<MaaSClient>();
        _pipelines = [
            .. Enum.GetValues<RetryScope>().Select(scope => CallPipelines.OfRequest(options, scope, _pool, Configure))];
        foreach (var endpoint in _pool.Endpoints)
        {
            endpoint.Pipeline = CallPipelines.OfEndpoint(endpoint, options, time, Configure);
        }

        if (options.ProbeInterval is { } interval && _pool.Endpoints.Count > 1)
        {
            _prober = new HealthProber(_pool, interval, options.ProbeTimeout, isReady, time, _logger);
        }

        void Configure(ResiliencePipelineBuilder<object> builder)
        {
            builder.TimeProvider = time;
            builder.ConfigureTelemetry(logging);
        }
    }

    /// <summary>What is known of the servers.</summary>
    public IReadOnlyList<ServerState> States
        => [.. _pool.Endpoints.Select(e => new ServerState(e.Address, e.IsAvailable(_time), e.Outstanding))];

    /// <summary>Sends a request to the best server.</summary>
    /// <param name="scope">When it may be sent again.</param>
    /// <param name="send">Sends it to an endpoint; fails with <see cref="MaaSClientException"/>.</param>
    /// <param name="timeout">Longest time for a try; null for the option's.</param>
    /// <param name="cancellationToken">The caller waits no more.</param>
    /// <exception cref="MaaSClientException">The last try failed.</exception>
    public Task<T> CallAsync<T>(
        RetryScope scope, Func<Endpoint, CancellationToken, Task<T>> send, TimeSpan? timeout,
        CancellationToken cancellationToken)
        where T : notnull
        => RunAsync(scope, send, only: null, timeout, cancellationToken);

    /// <summary>Sends a request to every server, one after the other.</summary>
    /// <exception cref="MaaSClientException">One failed, or the time for all was over; those after it have not been
    /// asked.</exception>
    public async Task CallEachAsync(
        RetryScope scope, Func<Uri, CancellationToken, Task> send, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_total ?? Timeout.InfiniteTimeSpan, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        for (var i = 0; i < _pool.Endpoints.Count; i++)
        {
            try
            {
                await RunAsync(
                    scope,
                    async (e, token) =>
                    {
                        await send(e.Address, token).ConfigureAwait(false);
                        return true;
                    },
                    _pool.Endpoints[i],
                    timeout: null,
                    either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException e) when (
                limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw new MaaSClientException(
                    ErrorKind.Timeout, _pool.Endpoints[i].Address,
                    $"expected answers of all servers within {_total}, got {i} of {_pool.Endpoints.Count}", e);
            }
        }
    }

    /// <summary>Asks all servers at once, each once; whether one says yes. The first yes is waited for, no other
    /// answer. A server that does not answer says no.</summary>
    /// <exception cref="MaaSClientException">None says yes, and one refuses the credentials.</exception>
    public async Task<bool> AskAsync(
        Func<Uri, CancellationToken, Task<bool>> ask, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(
            new[] { timeout, _total }.Min() ?? Timeout.InfiniteTimeSpan, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        MaaSClientException? refusal = null;
        await foreach (var answer in Task.WhenEach(_pool.Endpoints.Select(AskOneAsync)).ConfigureAwait(false))
        {
            if (await answer.ConfigureAwait(false))
            {
                await either.CancelAsync().ConfigureAwait(false);
                return true;
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        return refusal is null ? false : throw refusal;

        async Task<bool> AskOneAsync(Endpoint endpoint)
        {
            try
            {
                return await ask(endpoint.Address, either.Token).ConfigureAwait(false);
            }
            catch (MaaSClientException e)
            {
                refusal = e.Kind is ErrorKind.Unauthenticated or ErrorKind.Forbidden ? e : refusal;
                return false;
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
    }

    public ValueTask DisposeAsync() => _prober?.DisposeAsync() ?? default;

    private async Task<T> RunAsync<T>(
        RetryScope scope, Func<Endpoint, CancellationToken, Task<T>> send, Endpoint? only, TimeSpan? timeout,
        CancellationToken cancellationToken)
        where T : notnull
    {
        _prober?.Start();
        var call = new Call(
            async (endpoint, token) => await send(endpoint, token).ConfigureAwait(false), only,
            scope == RetryScope.Hedged, cancellationToken);
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(CallPipelines.CallKey, call);
        context.Properties.Set(CallPipelines.TimeoutKey, timeout);
        try
        {
            return (T)await _pipelines[(int)scope].ExecuteAsync(
                static (context, state) => new ValueTask<object>(state.Caller.TryAsync(state.Call, context)), context,
                (Caller: this, Call: call)).ConfigureAwait(false);
        }
        catch (TimeoutRejectedException e)
        {
            throw new MaaSClientException(
                ErrorKind.Timeout, call.LastAddress, $"expected an answer within {e.Timeout} with all tries, got none",
                e);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>One try, on the first endpoint whose circuit lets it through.</summary>
    private async Task<object> TryAsync(Call call, ResilienceContext context)
    {
        List<Endpoint> broken = [];
        while (call.Take(_pool, broken) is { } endpoint)
        {
            try
            {
                context.Properties.Set(CallPipelines.StartKey, _time.GetTimestamp());
                return await endpoint.Pipeline.ExecuteAsync(
                    static (context, state)
                        => new ValueTask<object>(state.Call.Send(state.Endpoint, context.CancellationToken)),
                    context,
                    (Call: call, Endpoint: endpoint)).ConfigureAwait(false);
            }
            catch (BrokenCircuitException)
            {
                broken.Add(endpoint);
            }
            catch (TimeoutRejectedException e)
            {
                throw new MaaSClientException(
                    ErrorKind.Timeout, endpoint.Address, $"expected an answer within {e.Timeout}, got none", e);
            }
            catch (MaaSClientException e) when (e.Kind is ErrorKind.Unreachable or ErrorKind.Disconnected)
            {
                // Without probes nothing would bring it back.
                if (_prober is not null && endpoint.SetReady(false))
                {
                    LogOut(endpoint.Address, e.ServerMessage);
                }

                throw;
            }
            finally
            {
                endpoint.Exit();
            }
        }

        throw new MaaSClientException(
            ErrorKind.Unavailable, call.LastAddress,
            $"the circuit of {(broken.Count == 1 ? "the server" : $"all {broken.Count} servers")} is open after too "
                + "many failures");
    }

    [LoggerMessage(LogLevel.Warning, "{Address} gets no requests until it is ready again: {Reason}")]
    private partial void LogOut(Uri address, string reason);
}
