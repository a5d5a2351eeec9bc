using MaaS.Registry.Fleet;
using MaaS.Serving.Models;
using MaaS.Serving.Telemetry;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Registry;

/// <summary>Tells the registry that this server is there, with which models, and how busy it is.</summary>
internal sealed partial class RegistryAnnouncer(
    IOptions<MaaSServingOptions> options, ModelRepository models, ServingMetrics metrics, TimeProvider time,
    IServer server, ILogger<RegistryAnnouncer> logger) : BackgroundService, IHostedLifecycleService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2), Duration = TimeSpan.FromSeconds(10);

    private readonly string _id = Guid.NewGuid().ToString("N");
    private readonly SemaphoreSlim _turn = new(1);
    private ServerStore? _store;
    private string? _lastFault;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // The first lease comes when the models that are there have been loaded.
    public Task StartedAsync(CancellationToken cancellationToken) => RenewAsync(cancellationToken);

    // Nobody shall send anything new while what is under way finishes.
    public Task StoppingAsync(CancellationToken cancellationToken) => RenewAsync(cancellationToken, draining: true);

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        if (_store is not null)
        {
            await TryAsync(() => _store.WithdrawAsync(_id, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
    }

    public override void Dispose()
    {
        _turn.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.AnnounceUrl is null)
        {
            return;
        }

        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            await RenewAsync(stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task RenewAsync(CancellationToken cancellationToken, bool draining = false)
    {
        if (options.Value.AnnounceUrl is not { } address)
        {
            return;
        }

        await TryAsync(
            async () =>
            {
                // One after the other: what is said last holds.
                await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    _store ??= await ServerStore.OpenAsync(options.Value.Registry!, time, cancellationToken)
                        .ConfigureAwait(false);
                    await _store.RenewAsync(
                        new ServerLease(
                            _id, WithPort(address), GrpcAddress(address),
                            draining || models.IsDraining ? ServerLeaseState.Draining
                                : models.IsReady ? ServerLeaseState.Ready : ServerLeaseState.Starting,
                            models.Index().Where(static s => s.IsServable).GroupBy(static s => s.Name)
                                .ToDictionary(
                                    static g => g.Key,
                                    static g => (IReadOnlyList<long>)[.. g.Select(static s => s.Version)]),
                            metrics.Active),
                        Duration, cancellationToken).ConfigureAwait(false);
                }
                finally
                {
                    _turn.Release();
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    // Port 0 stands for the one that the server got.
    private string WithPort(string address)
        => new Uri(address) is { Port: 0 } url
            && server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() is { } own
                ? new UriBuilder(url) { Port = BindingAddress.Parse(own).Port }.Uri.GetLeftPart(UriPartial.Authority)
                : address;

    // Without a word about it, the host that is announced with the port for gRPC.
    private string? GrpcAddress(string address)
        => options.Value.AnnounceGrpcUrl
            ?? (options.Value.GrpcUrl is { } grpc && BindingAddress.Parse(grpc).Port is > 0 and var port
                ? new UriBuilder(new Uri(address)) { Port = port }.Uri.GetLeftPart(UriPartial.Authority) : null);

    // A database that is away takes nothing from requests; the lease runs out and is taken anew.
    private async Task TryAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work().ConfigureAwait(false);
            _lastFault = null;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            if (_lastFault != e.Message)
            {
                LogFailed(e.Message);
            }

            _lastFault = e.Message;
        }
    }

    [LoggerMessage(LogLevel.Error, "This server cannot be announced in the registry: {Reason}")]
    private partial void LogFailed(string reason);
}
