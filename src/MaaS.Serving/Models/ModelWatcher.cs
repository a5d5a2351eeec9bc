using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Models;

/// <summary>Follows the models folder: at once where the file system reports changes, else at intervals.</summary>
internal sealed partial class ModelWatcher(
    IOptions<MaaSServingOptions> options, ModelLifecycle lifecycle, TimeProvider time, ILogger<ModelWatcher> logger)
        : BackgroundService
{
    // A burst of reports, as a file that is being copied makes them, is one look.
    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(50);
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Watch)
        {
            return;
        }

        using var watcher = Watch();
        while (!stoppingToken.IsCancellationRequested)
        {
            await WaitAsync(
                lifecycle.IsSettled ? options.Value.PollInterval : options.Value.SettleTime,
                stoppingToken).ConfigureAwait(false);
            try
            {
                await lifecycle.RefreshAsync(atOnce: false, stoppingToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // What is loaded is served on; the folder may come back.
                LogUnreadable(e, options.Value.ModelsPath);
            }
        }
    }

    private async Task WaitAsync(TimeSpan interval, CancellationToken cancellationToken)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(
            _changed.Reader.WaitToReadAsync(done.Token).AsTask(),
            Task.Delay(interval, time, done.Token)).ConfigureAwait(false);
        await done.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (_changed.Reader.TryPeek(out _))
        {
            await Task.Delay(Burst, time, cancellationToken).ConfigureAwait(false);
            _changed.Reader.TryRead(out _);
        }
    }

    private FileSystemWatcher? Watch()
    {
        var path = Path.GetFullPath(options.Value.ModelsPath);
        var folder = Directory.Exists(path) ? path : Path.GetDirectoryName(path)!;
        try
        {
            var watcher = new FileSystemWatcher(folder) { IncludeSubdirectories = Directory.Exists(path) };
            watcher.Changed += (_, _) => Signal();
            watcher.Created += (_, _) => Signal();
            watcher.Deleted += (_, _) => Signal();
            watcher.Renamed += (_, _) => Signal();
            watcher.Error += (_, e) => LogPolling(e.GetException(), path, options.Value.PollInterval);
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            LogPolling(e, path, options.Value.PollInterval);
            return null;
        }
    }

    private void Signal() => _changed.Writer.TryWrite(true);

    [LoggerMessage(LogLevel.Error, "{Path} cannot be looked at; what is loaded is served on")]
    private partial void LogUnreadable(Exception exception, string path);

    [LoggerMessage(LogLevel.Warning, "Changes of {Path} are not reported; it is looked at every {Interval}")]
    private partial void LogPolling(Exception exception, string path, TimeSpan interval);
}
