using Microsoft.Extensions.Logging;

namespace MaaS.Client.Resilience;

/// <summary>Asks servers in the background whether they are ready, and takes them out and in.</summary>
internal sealed partial class HealthProber(
    EndpointPool pool, TimeSpan interval, TimeSpan timeout, Func<Uri, CancellationToken, Task<bool>> isReady,
    TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private Task? _probing;

    /// <summary>Begins with the first request of a client, once.</summary>
    public void Start()
    {
        if (Volatile.Read(ref _probing) is not null)
        {
            return;
        }

        lock (_lock)
        {
            _probing ??= _stop.IsCancellationRequested ? Task.CompletedTask : Task.Run(ProbeAsync);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task? probing;
        lock (_lock)
        {
            // A container disposes a service once for each of its types.
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            _stop.Cancel();
            probing = _probing;
        }

        await (probing ?? Task.CompletedTask).ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task ProbeAsync()
    {
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            do
            {
                await Task.WhenAll(pool.Endpoints.Select(ProbeAsync)).ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private async Task ProbeAsync(Endpoint endpoint)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, limit.Token);
        var (ready, reason) = (false, "it says that it is not ready");
        try
        {
            ready = await isReady(endpoint.Address, either.Token).ConfigureAwait(false);
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // Nobody wants to know any more.
            return;
        }
        catch (Exception e)
        {
            reason = e switch
            {
                OperationCanceledException => $"no answer to a probe within {timeout}",
                MaaSClientException failure => failure.ServerMessage,
                _ => e.Message,
            };
        }

        if (endpoint.SetReady(ready))
        {
            if (ready)
            {
                LogIn(endpoint.Address);
            }
            else
            {
                LogOut(endpoint.Address, reason);
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "{Address} is ready and gets requests again")]
    private partial void LogIn(Uri address);

    [LoggerMessage(LogLevel.Warning, "{Address} gets no requests until it is ready again: {Reason}")]
    private partial void LogOut(Uri address, string reason);
}
