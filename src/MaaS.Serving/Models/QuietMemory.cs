using System.Runtime.InteropServices;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Models;

/// <summary>
/// Gives memory back once large requests have stopped for a while: buffers that are kept for the next, ONNX Runtime's
/// arenas, the heap's free parts and those of the C library.
/// </summary>
internal sealed partial class QuietMemory(
    ModelRepository models, IOptions<MaaSServingOptions> options, TimeProvider time, ILogger<QuietMemory> logger) : BackgroundService
{
    /// <summary>How long no large request came before memory is given back.</summary>
    internal static readonly TimeSpan Quiet = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // What loading took counts as well.
        long seen = PinnedBuffer.LargeUses, trimmed = -1;
        using var timer = new PeriodicTimer(Quiet, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            var uses = PinnedBuffer.LargeUses;
            if (uses == seen && uses != trimmed)
            {
                Trim();
                trimmed = PinnedBuffer.LargeUses;
                uses = trimmed;
            }

            seen = uses;
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
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        TrimNative();
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

    private static void TrimNative()
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                _ = MallocTrim(0); // 1 where something was given back, 0 where nothing was there: both are well.
            }
        }
        catch (EntryPointNotFoundException)
        {
            // Of the C libraries of Linux only glibc keeps free memory, and has the call.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MallocTrim(nuint pad);

    [LoggerMessage(LogLevel.Debug, "Gave memory back after large requests: {Before} MiB before, {After} MiB after")]
    private partial void LogTrimmed(long before, long after);

    [LoggerMessage(LogLevel.Debug, "{Model} does not run on zeros; what its runs took stays")]
    private partial void LogKept(Exception exception, string model);
}
