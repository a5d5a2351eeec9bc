using System.Runtime.InteropServices;

namespace MaaS.Benchmarks.Training;

/// <summary>How libtorch in this process uses oneDNN.</summary>
internal static unsafe partial class OneDnn
{
    public const string Variable = "ONEDNN_MAX_CPU_ISA", SwitchedOff = "off";

    /// <summary>The instruction set that it is limited to, <see cref="SwitchedOff"/> or
    /// <see cref="Side.DefaultOneDnn"/>.</summary>
    /// <remarks>Known on Linux; elsewhere the process's environment answers.</remarks>
    public static string State()
    {
        if (!OperatingSystem.IsLinux())
        {
            return Environment.GetEnvironmentVariable(Variable) ?? Side.DefaultOneDnn;
        }

        var enabled = (delegate* unmanaged<nint, byte>)Export("_ZNK2at7Context17userEnabledMkldnnEv");
        return enabled(Context()) == 0
            ? SwitchedOff : Marshal.PtrToStringUTF8(GetVariable(Variable)) ?? Side.DefaultOneDnn;
    }

    /// <summary>Makes libtorch compute without oneDNN.</summary>
    public static void SwitchOff()
        => ((delegate* unmanaged<nint, byte, void>)Export("_ZN2at7Context20setUserEnabledMkldnnEb"))(Context(), 0);

    private static nint Context() => ((delegate* unmanaged<nint>)Export("_ZN2at13globalContextEv"))();

    private static nint Export(string name)
    {
        TorchSharp.torch.InitializeDeviceType(TorchSharp.DeviceType.CPU);
        var loaded = File.ReadLines("/proc/self/maps")
            .First(static l => l.EndsWith("/libtorch_cpu.so", StringComparison.Ordinal));
        return NativeLibrary.GetExport(NativeLibrary.Load(loaded[loaded.IndexOf('/')..]), name);
    }

    // .NET's own call does not see what was set in this process after its start.
    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetVariable(string name);
}
