using System.Runtime.InteropServices;

namespace MaaS.Training.Tracing.LibTorch;

/// <summary>How C++ functions are named and called.</summary>
internal enum CppAbi
{
    /// <summary>Linux on x64, with libstdc++.</summary>
    Itanium,

    /// <summary>Windows on x64, with Microsoft's C++ library.</summary>
    Msvc,
}

/// <summary>Which systems the tracer is known to work on.</summary>
internal static class CppAbis
{
    /// <summary>The interface of a system.</summary>
    /// <exception cref="TracingException">None is known for it.</exception>
    public static CppAbi Of(OSPlatform system, Architecture architecture)
    {
        if (architecture == Architecture.X64 && system == OSPlatform.Linux)
        {
            return CppAbi.Itanium;
        }

        if (architecture == Architecture.X64 && system == OSPlatform.Windows)
        {
            return CppAbi.Msvc;
        }

        var name = system == OSPlatform.OSX ? "macOS" : system.ToString();
        throw new TracingException(
            $"expected Linux or Windows on x64, got {name} on {architecture}, where libtorch's tracer has not been "
            + "tried. Save the weights there (ModelWeights, .safetensors), and export or prune the module on Linux "
            + "or Windows");
    }

    /// <summary>The interface of the system that this process runs on.</summary>
    public static CppAbi OfThisSystem() => Of(
        OperatingSystem.IsWindows() ? OSPlatform.Windows
        : OperatingSystem.IsLinux() ? OSPlatform.Linux
        : OperatingSystem.IsMacOS() ? OSPlatform.OSX
        : OSPlatform.Create(RuntimeInformation.OSDescription),
        RuntimeInformation.ProcessArchitecture);
}
