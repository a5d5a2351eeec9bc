using System.Runtime.InteropServices;

namespace MaaS.Serving.Quiet;

/// <summary>Memory that this process holds without using it.</summary>
internal static partial class ProcessMemory
{
    /// <summary>Gives the free parts of the managed heap and of the C library's back to the system. Takes a stop of the
    /// world.</summary>
    public static void Release()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers(); // They free native memory.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
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
}
