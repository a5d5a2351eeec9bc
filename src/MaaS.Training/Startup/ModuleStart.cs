using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace MaaS.Training.Startup;

/// <summary>Runs when the first member of this assembly is used, whichever it is.</summary>
internal static class ModuleStart
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification =
        "glibc's malloc, libgomp and oneDNN read their settings once: they must stand before the first tensor, in "
        + "every program that uses MaaS.")]
    internal static void Initialize()
    {
        ProcessSettings.Apply();
        NativeLibraries.Prepare();   // Loads libtorch on older systems, which reads the settings.
    }
}
