using System.Diagnostics;
using System.Runtime.InteropServices;
using TorchSharp;

namespace MaaS.Training.Startup;

/// <summary>The libtorch_cpu of this process.</summary>
internal static unsafe class LibTorchLibrary
{
    private static readonly string FileName =
        OperatingSystem.IsWindows() ? "torch_cpu.dll"
        : OperatingSystem.IsMacOS() ? "libtorch_cpu.dylib"
        : "libtorch_cpu.so";

    // at::globalContext(), Context::setUserEnabledMkldnn(bool) and userEnabledMkldnn(): the first returns a reference,
    // the
    // object is the first argument of the others on every 64-bit system.
    private static readonly (string Context, string Set, string Get) Names = OperatingSystem.IsWindows()
        ? ("?globalContext@at@@YAAEAVContext@1@XZ",
            "?setUserEnabledMkldnn@Context@at@@QEAAX_N@Z", "?userEnabledMkldnn@Context@at@@QEBA_NXZ")
        : ("_ZN2at13globalContextEv", "_ZN2at7Context20setUserEnabledMkldnnEb", "_ZNK2at7Context17userEnabledMkldnnEv");

    /// <summary>Whether a libtorch_cpu is in the process.</summary>
    public static bool IsLoaded => Path is not null;

    /// <summary>Where it was loaded from; null where there is none.</summary>
    public static string? Path
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.Modules.Cast<ProcessModule>().FirstOrDefault(static m => m.ModuleName == FileName)?.FileName;
        }
    }

    /// <summary>Whether libtorch's CUDA library lies beside it.</summary>
    public static bool HasCudaPart
        => Path is { } path && File.Exists(path.Replace("torch_cpu", "torch_cuda", StringComparison.Ordinal));

    /// <summary>Its version, such as 2.10; null where it is too old to say.</summary>
    public static string? Version
    {
        get
        {
            if (!NativeLibrary.TryGetExport(Handle(), "aoti_torch_abi_version", out var address))
            {
                return null;
            }

            // Major, minor and patch are its highest three bytes.
            var version = ((delegate* unmanaged<ulong>)address)();
            return $"{version >> 56}.{(version >> 48) & 0xFF}.{(version >> 40) & 0xFF}";
        }
    }

    /// <summary>The address of one of its functions; false where it has none of that name.</summary>
    public static bool TryGetExport(string name, out nint address)
        => NativeLibrary.TryGetExport(Handle(), name, out address);

    /// <summary>Whether libtorch hands operators to oneDNN where oneDNN has them.</summary>
    public static bool UsesOneDnn
    {
        get
        {
            var (context, handle) = Context();
            return ((delegate* unmanaged<nint, byte>)NativeLibrary.GetExport(handle, Names.Get))(context) != 0;
        }

        set
        {
            var (context, handle) = Context();
            var set = (delegate* unmanaged<nint, byte, void>)NativeLibrary.GetExport(handle, Names.Set);
            set(context, value ? (byte)1 : (byte)0);
        }
    }

    private static (nint Context, nint Handle) Context()
    {
        var handle = Handle();
        return (((delegate* unmanaged<nint>)NativeLibrary.GetExport(handle, Names.Context))(), handle);
    }

    // A library that is loaded is not loaded again by its full path. macOS does not list modules; there TorchSharp's
    // way finds it.
    private static nint Handle()
    {
        torch.InitializeDeviceType(DeviceType.CPU);
        return NativeLibrary.TryLoad(Path ?? "", out var handle)
            || NativeLibrary.TryLoad("torch_cpu", typeof(torch).Assembly, null, out handle)
            ? handle
            : throw new DllNotFoundException(
                $"oneDNN: expected {FileName} among the libraries of this process, found none.");
    }
}
