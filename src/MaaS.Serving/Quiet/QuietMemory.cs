using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Models;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Quiet;

/// <summary>
/// Gives memory back once large requests have stopped for <see cref="MaaSServingOptions.ReleaseMemoryAfter"/>: buffers
/// that are kept for the next, ONNX Runtime's arenas, the heap's free parts and those of the C library.
/// </summary>
internal sealed partial class QuietMemory(
    ModelRepository models, IOptions<MaaSServingOptions> options, TimeProvider time, ILogger<QuietMemory> logger)
        : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.ReleaseMemoryAfter is not { } quiet)
        {
            return;
        }

        var watch = new QuietWatch(LargeMemory.Uses);
        using var timer = new PeriodicTimer(quiet, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            if (watch.IsDue(LargeMemory.Uses))
            {
                Trim();
                watch.Released(LargeMemory.Uses);
            }
        }
    }

    /// <summary>Gives back what can be given back now.</summary>
    internal void Trim()
    {
        var before = Environment.WorkingSet;
        if (options.Value.WarmUp)
        {
            models.EachLoaded(Release);
        }

        PinnedBuffer.Trim();
        ProcessMemory.Release();
        LogTrimmed(before >> 20, Environment.WorkingSet >> 20);
    }

    private void Release(ServedModel model)
    {
        try
        {
            model.Model?.ReleaseMemory();
        }
        catch (InferenceException e)
        {
            LogKept(e, model.Name);
        }
    }

    [LoggerMessage(LogLevel.Debug, "Gave memory back after large requests: {Before} MiB before, {After} MiB after")]
    private partial void LogTrimmed(long before, long after);

    [LoggerMessage(LogLevel.Debug, "{Model} does not run on zeros; what its runs took stays")]
    private partial void LogKept(Exception exception, string model);
}
