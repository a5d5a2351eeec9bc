using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace TorchSharp.Interop;

/// <summary>Finds and loads the native library on its first use.</summary>
internal static unsafe partial class LibraryLoader
{
    private const string FileName = "libmaas_torch.so";

    // MAAS_ABI of native/include/maas_torch.h.
    private const int Abi = 1;

    // The runtime asks again for each imported function; the process's settings are made once.
    private static readonly Lazy<nint> Handle = new(() => Load(typeof(LibraryLoader).Assembly));

    public static nint Resolve(string library, Assembly assembly, DllImportSearchPath? searchPath) =>
        library == Native.Library ? Handle.Value : 0;

    private static nint Load(Assembly assembly)
    {
        // Spinning OpenMP threads made training 2-8 times slower on a shared 2-core machine; libgomp reads this once,
        // when libtorch first loads it. A value that the user set stays.
        _ = setenv("OMP_WAIT_POLICY", "passive", 0);

        ChooseBlasKernels();
        KeepFreedMemory();

        var failures = new List<string>();
        foreach (var path in Candidates(Path.GetDirectoryName(assembly.Location) ?? "").Distinct())
        {
            if (!File.Exists(path))
            {
                failures.Add($"{path}: no such file");
                continue;
            }
            try
            {
                var handle = NativeLibrary.Load(path);
                CheckAbi(handle, path);
                UseAllCores(handle);
                return handle;
            }
            catch (DllNotFoundException e)
            {
                failures.Add(e.Message);
            }
        }
        throw new DllNotFoundException(
            $"{FileName} could not be loaded. It must lie beside {assembly.GetName().Name}.dll or in " +
            "runtimes/linux-x64/native, and needs libtorch (Debian, Ubuntu: apt-get install libtorch-dev; " +
            "./maas setup does both). Tried:\n" + string.Join('\n', failures));
    }

    /// <summary>Where the library may lie: built, published, or in the NuGet package that a script or notebook loads from.</summary>
    /// <param name="assemblyFolder">The folder of the assembly; empty when it was loaded from memory.</param>
    internal static IEnumerable<string> Candidates(string assemblyFolder)
    {
        var native = Path.Combine("runtimes", "linux-x64", "native", FileName);
        string[] roots = [assemblyFolder, AppContext.BaseDirectory];
        foreach (var root in roots.Where(r => r.Length > 0))
        {
            yield return Path.Combine(root, FileName);
            yield return Path.Combine(root, native);
        }
        if (assemblyFolder.Length > 0) yield return Path.GetFullPath(Path.Combine(assemblyFolder, "..", "..", native)); // lib/net10.0
    }

    /// <summary>A library of another version would read and write other layouts than these assemblies.</summary>
    /// <exception cref="BadImageFormatException">The library's interface is not the one that this assembly calls.</exception>
    internal static void CheckAbi(nint handle, string path, int expected = Abi)
    {
        var found = NativeLibrary.TryGetExport(handle, "maas_abi", out var abi) ? ((delegate* unmanaged<int>)abi)() : 0;
        if (found != expected)
            throw new BadImageFormatException(
                $"{path}: expected interface version {expected}, got {(found == 0 ? "a library older than the first" : found)}; " +
                "the library and the assemblies were built at different times: run ./maas setup, which builds both.", path);
    }

    // OpenBLAS takes SSE3 kernels on processors newer than itself; matrix products were 2-5 times slower then.
    private static void ChooseBlasKernels()
    {
        if (Avx512BW.VL.IsSupported && Avx512DQ.VL.IsSupported) _ = setenv("OPENBLAS_CORETYPE", "SkylakeX", 0);
        else if (Avx2.IsSupported && Fma.IsSupported) _ = setenv("OPENBLAS_CORETYPE", "Haswell", 0);
    }

    // glibc gives freed blocks of tensor size back to the system, and the next step faults every page in again: a fifth
    // of the time of training a small CNN. Up to 256 MiB stay with the process instead. Other C libraries lack mallopt.
    private static void KeepFreedMemory()
    {
        const int trimThreshold = -1, topPad = -2, mmapThreshold = -3;
        if (!NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "mallopt", out var address)) return;
        var mallopt = (delegate* unmanaged<int, int, int>)address;
        _ = mallopt(mmapThreshold, 32 << 20);
        _ = mallopt(trimThreshold, 256 << 20);
        _ = mallopt(topPad, 16 << 20);
    }

    // Debian's libtorch starts with one thread. A number that the user gave OpenMP stays.
    private static void UseAllCores(nint handle)
    {
        if (Environment.GetEnvironmentVariable("OMP_NUM_THREADS") is { Length: > 0 }) return;
        var set = (delegate* unmanaged<int, int>)NativeLibrary.GetExport(handle, nameof(Native.maas_set_num_threads));
        _ = set(Environment.ProcessorCount);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);
}
