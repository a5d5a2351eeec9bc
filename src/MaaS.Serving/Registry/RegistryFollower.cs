using MaaS.Registry.Mirroring;
using MaaS.Serving.Trust;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Registry;

/// <summary>Keeps the models folder equal to what a registry has in production or under an alias.</summary>
internal sealed partial class RegistryFollower(
    IOptions<MaaSServingOptions> options, RegistryConnection registry, PackageTrust trust, TimeProvider time,
    ILogger<RegistryFollower> logger)
    : BackgroundService, IHostedLifecycleService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private RegistryMirror? _mirror;
    private string? _lastFault;

    // The first look at the folder comes after this. A registry that is away at the start leaves what was copied
    // before.
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Registry is not null)
        {
            Directory.CreateDirectory(options.Value.ModelsPath);
            await SyncAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Registry is null)
        {
            return;
        }

        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            await SyncAsync(stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task SyncAsync(CancellationToken cancellationToken)
    {
        try
        {
            _mirror ??= new RegistryMirror(
                await registry.ModelsAsync(cancellationToken).ConfigureAwait(false),
                options.Value.ModelsPath, trust.For);
            if (await _mirror.SyncAsync(cancellationToken).ConfigureAwait(false))
            {
                LogFollowed(options.Value.ModelsPath);
            }

            _lastFault = null;
        }
        // Whatever it is, the server goes on with what it has; an address that is none is the operator's to mend.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested
            && !(e is ArgumentException && _mirror is null))
        {
            if (_lastFault != e.Message)   // Said once, not every second.
            {
                LogFailed(e.Message);
            }

            _lastFault = e.Message;
        }
    }

    [LoggerMessage(LogLevel.Information, "The registry has changed; {Folder} follows it")]
    private partial void LogFollowed(string folder);

    [LoggerMessage(LogLevel.Error, "The registry cannot be followed, what is there is served on: {Reason}")]
    private partial void LogFailed(string reason);
}
