using System.Diagnostics;

namespace MaaS.Benchmarks.Training;

/// <summary>Memory of this process.</summary>
internal static class ProcessMemory
{
    /// <summary>Largest resident memory so far, MiB.</summary>
    public static double PeakMegabytes()
    {
        using var self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64 / 1024.0 / 1024;
    }
}
