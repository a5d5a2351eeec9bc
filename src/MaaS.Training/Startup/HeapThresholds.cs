using System.Runtime.InteropServices;

namespace MaaS.Training.Startup;

/// <summary>
/// Keeps freed tensors with the process instead of giving their pages back to the system after every step.
/// </summary>
/// <remarks>
/// By itself glibc maps a large block for each tensor and unmaps it again, and every page is faulted in anew. Two
/// epochs of
/// ResNet on 8,000 images: 6.9 s and 1.8 million page faults, 5.3 s and 0.2 million with these thresholds. An epoch of
/// the
/// spam Transformer: 2.5 million page faults with blocks up to 32 MiB from the heap, 0.6 million with 256 MiB (AMD
/// EPYC, two
/// cores). Other C libraries have no mallopt and are left as they are.
/// </remarks>
internal static unsafe class HeapThresholds
{
    // Blocks up to this size come from the heap; older versions of glibc refuse more than 32 MiB.
    private const int MapThreshold = 256 << 20, LeastMapThreshold = 32 << 20;

    // So much may lie free at the end of the heap before it is given back: the activations of one step.
    private const int TrimThreshold = 1 << 30;

    private const int TrimThresholdCode = -1, MapThresholdCode = -3;

    private static readonly string[] Variables =
        ["MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "MALLOC_MMAP_MAX_", "MALLOC_TOP_PAD_"];

    /// <summary>Sets both thresholds where the C library is glibc and the user has not set them.</summary>
    public static ProcessSetting Apply()
    {
        const string name = "malloc thresholds";
        if (UserValue() is { } value)
        {
            return new ProcessSetting(name, value, ProcessSetting.FromUser);
        }

        if (!OperatingSystem.IsLinux()
            || !NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "mallopt", out var address))
        {
            return new ProcessSetting(name, "unchanged: the C library is not glibc", ProcessSetting.FromLibrary);
        }

        var mallopt = (delegate* unmanaged<int, int, int>)address;
        var map = new[] { MapThreshold, LeastMapThreshold }
            .FirstOrDefault(size => mallopt(MapThresholdCode, size) == 1);
        return map > 0 && mallopt(TrimThresholdCode, TrimThreshold) == 1
            ? new ProcessSetting(name, $"map {map >> 20} MiB, trim {TrimThreshold >> 20} MiB", ProcessSetting.FromMaaS)
            : new ProcessSetting(name, "unchanged: mallopt refused them", ProcessSetting.FromLibrary);
    }

    private static string? UserValue()
    {
        var set = Variables.Where(static name => ProcessEnvironment.Get(name) is not null)
            .Select(static name => $"{name}={ProcessEnvironment.Get(name)}").ToList();
        if (ProcessEnvironment.Get("GLIBC_TUNABLES") is { } tunables
            && tunables.Contains("glibc.malloc.", StringComparison.Ordinal))
        {
            set.Add(tunables);
        }

        return set.Count > 0 ? string.Join(' ', set) : null;
    }
}
