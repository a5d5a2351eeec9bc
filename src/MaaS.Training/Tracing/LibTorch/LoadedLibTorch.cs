using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MaaS.Training.Tracing.LibTorch;

/// <summary>The libtorch that TorchSharp has loaded into this process. Nothing is loaded here.</summary>
internal sealed unsafe partial class LoadedLibTorch
{
    private const int Lazy = 1;
    private const int NoLoad = 4;

    private readonly nint _handle;

    private LoadedLibTorch(CppAbi abi, string path, nint handle)
    {
        (Abi, Path, _handle) = (abi, path, handle);
        // Versions before 2.9 do not have the function.
        if (!NativeLibrary.TryGetExport(handle, "aoti_torch_abi_version", out var version))
        {
            TracerLayout.Refuse($"an older one without a version number ({path})");
        }

        Version = LibTorchVersion.FromAbi(((delegate* unmanaged<ulong>)version)());
    }

    public CppAbi Abi { get; }

    /// <summary>The file of libtorch_cpu, which the CPU and the CUDA package share.</summary>
    public string Path { get; }

    public LibTorchVersion Version { get; }

    /// <summary>Finds it.</summary>
    /// <exception cref="TracingException">There is none, it is an unknown one, or the system is not
    /// supported.</exception>
    public static LoadedLibTorch Find()
    {
        var abi = CppAbis.OfThisSystem();
        var file = abi == CppAbi.Msvc ? "torch_cpu.dll" : "libtorch_cpu.so";
        using var process = Process.GetCurrentProcess();
        var module = process.Modules.Cast<ProcessModule>().FirstOrDefault(
            module => string.Equals(module.ModuleName, file, StringComparison.OrdinalIgnoreCase))
            ?? throw new TracingException(
                $"expected TorchSharp to have loaded {file}, got none in this process. Add the package TorchSharp-cpu, "
                + "TorchSharp-cuda-linux or TorchSharp-cuda-windows");
        var handle = abi == CppAbi.Msvc ? module.BaseAddress : Open(module.FileName, Lazy | NoLoad);
        return handle != 0
            ? new LoadedLibTorch(abi, module.FileName, handle)
            : throw new TracingException(
                $"expected the loaded library {module.FileName} to open again, got an error of the system's loader");
    }

    /// <summary>The address of an exported function.</summary>
    /// <exception cref="TracingException">The library has no such function.</exception>
    public nint Export(string name) => NativeLibrary.TryGetExport(_handle, name, out var address)
        ? address
        : throw new TracingException(
            $"libtorch {Version} at {Path} lacks the function {name}, which the tracer calls; reference "
                + "TorchSharp's own libtorch package");

    [LibraryImport("libc", EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Open(string path, int flags);
}
