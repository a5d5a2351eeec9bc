using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Security.Cryptography;
using TorchSharp;

namespace MaaS.Training.Startup;

/// <summary>TorchSharp's native libraries: loaded here where the system refuses them, and named where they are
/// missing.</summary>
/// <remarks>
/// libLibTorchSharp.so of TorchSharp 0.107.0 insists on GLIBCXX_3.4.32, a symbol version of GCC 13's libstdc++,
/// although no function of it is called; older systems refuse to load the library for that reason alone. A project's
/// build mends its copy (buildTransitive/MaaS.Training.targets). Where no build did, in notebooks and in programs built
/// on a newer system, a mended copy is loaded before TorchSharp asks for the library; the file itself stays as it is.
/// </remarks>
internal static class NativeLibraries
{
    private const string LibTorchSharp = "libLibTorchSharp.so";
    private const string TorchSharpVersion = "0.107.0";
    private const string LibTorchVersion = "2.10.0";

    // The file of TorchSharp 0.107.0; the flags of the version need stand at this offset, and 2 is VER_FLG_WEAK.
    private const string KnownHash = "cf33b1b0bb6bbb9754a768fb5c5d04d9f498603be50e73f55621a0b40ee608b8";
    private const string MendedHash = "5968efac8270eff8a2b5ca7381612ea9cc54d81cf4104a54e0e6106b7b5f11e3";
    private const int FlagsOffset = 260660;
    private const byte Weak = 2;

    private static readonly string AssemblyFolder = Path.GetDirectoryName(typeof(torch).Assembly.Location)
        ?? AppContext.BaseDirectory;

    // In a notebook TorchSharp.dll is loaded from the package cache, CACHE/torchsharp/0.107.0/lib/net8.0, and so are
    // the libraries.
    private static readonly string PackageCache = Path.GetFullPath(
        Path.Combine(AssemblyFolder, "..", "..", "..", ".."));

    private static Exception? _fault;

    /// <summary>
    /// Loads a mended copy of TorchSharp's library, and libtorch with it, where this system refuses the plain one;
    /// loads both from their packages in a notebook; and sees to it that the first call of torch says what is missing.
    /// </summary>
    /// <remarks>Call it before torch is used, and after what has to be set before libtorch loads. It does not throw:
    /// the first use does.</remarks>
    internal static void Prepare()
    {
        AssemblyLoadContext.GetLoadContext(typeof(torch).Assembly)!.ResolvingUnmanagedDll += ExplainFailure;
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64
            || Find(LibTorchSharp, "torchsharp", TorchSharpVersion) is not { } library
            || Find("libtorch.so", "libtorch-cpu-linux-x64", LibTorchVersion) is not { } libtorch)
        {
            return;
        }

        try
        {
            if (IsSystemTooOld())
            {
                LoadMended(library, libtorch);
            }
            else if (Path.GetDirectoryName(library) == PackageFolder("torchsharp", TorchSharpVersion))
            {
                NativeLibrary.Load(libtorch);   // In a notebook; TorchSharp would copy all of it first.
                NativeLibrary.Load(library);
            }
        }
        catch (Exception e) when (e is DllNotFoundException or IOException or UnauthorizedAccessException)
        {
            _fault = e;   // ExplainFailure throws it.
        }
    }

    /// <summary>Loads libtorch as TorchSharp's first use does, where there is one.</summary>
    /// <exception cref="DllNotFoundException">
    /// The program has no libtorch, and the message has the command that adds it; or this system refuses TorchSharp's
    /// library.
    /// </exception>
    internal static void RequireLibTorch()
    {
        _ = NativeLibrary.TryLoad("torch_cpu", typeof(torch).Assembly, searchPath: null, out _);
        try
        {
            NativeLibrary.Load("LibTorchSharp", typeof(torch).Assembly, searchPath: null);
        }
        catch (DllNotFoundException) when (_fault is null && IsLibTorchInCache())
        {
            torch.InitializeDeviceType(DeviceType.CPU);   // TorchSharp gathers the libraries from there.
        }
    }

    // The runtime comes here when its own search has found nothing that loads. What is thrown reaches the caller of a
    // constructor of Module; of what else TorchSharp tries first, it catches this and prints it as a part of its own
    // error.
    private static IntPtr ExplainFailure(Assembly assembly, string name)
    {
        if (assembly == typeof(torch).Assembly && name == "LibTorchSharp")
        {
            if (_fault is not null)
            {
                throw new DllNotFoundException(_fault.Message, _fault);
            }

            if (!IsLibTorchBesideProgram())
            {
                throw new DllNotFoundException(
                    "TorchSharp found no libtorch; add it to the project that runs: dotnet add package TorchSharp-cpu "
                        + "--version 0.107.0 "
                    + "(with an NVIDIA GPU "
                    + $"{(OperatingSystem.IsWindows() ? "TorchSharp-cuda-windows" : "TorchSharp-cuda-linux")}).");
            }
        }

        return IntPtr.Zero;
    }

    /// <summary>Marks the need for GLIBCXX_3.4.32 as weak.</summary>
    /// <param name="library">The bytes of libLibTorchSharp.so; changed in place.</param>
    /// <returns>False where they are mended already.</returns>
    /// <exception cref="DllNotFoundException">It is not the file of TorchSharp 0.107.0, so nothing is known about its
    /// bytes.</exception>
    internal static bool Mend(byte[] library)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(library));
        if (hash == MendedHash)
        {
            return false;
        }

        if (hash != KnownHash)
        {
            throw new DllNotFoundException(
                $"{LibTorchSharp} may not load with this system's libstdc++ and is left as it is: expected the file of "
                    + "TorchSharp 0.107.0 "
                + $"(SHA-256 {KnownHash}), got {hash}. Take TorchSharp 0.107.0, or a system with the libstdc++ of GCC "
                + "13 or newer.");
        }

        library[FlagsOffset] |= Weak;
        return true;
    }

    private static void LoadMended(string original, string libtorch)
    {
        var library = File.ReadAllBytes(original);
        if (!Mend(library))
        {
            return;
        }

        // TorchSharp's own search ends with the bare names, under which the system's loader finds what is loaded
        // already.
        NativeLibrary.Load(libtorch);
        var folder = Directory.CreateTempSubdirectory("maas-");
        try
        {
            var copy = Path.Combine(folder.FullName, LibTorchSharp);
            File.WriteAllBytes(copy, library);
            NativeLibrary.Load(copy);
        }
        finally
        {
            folder.Delete(recursive: true);   // What is mapped stays.
        }
    }

    private static bool IsSystemTooOld()
    {
        if (!NativeLibrary.TryLoad("libstdc++.so.6", out _))
        {
            return false;
        }

        // Each line ends with the path of a file of which a part is loaded.
        var path = File.ReadLines("/proc/self/maps")
            .Where(static line => line.Contains("/libstdc++.so.6", StringComparison.Ordinal))
            .Select(static line => line[line.IndexOf('/')..]).FirstOrDefault();
        return File.Exists(path) && File.ReadAllBytes(path).AsSpan().IndexOf("GLIBCXX_3.4.32"u8) < 0;
    }

    // Where the runtime looks, then where the file lies in its package.
    private static string? Find(string file, string package, string version)
        => ProgramFolders().Append(PackageFolder(package, version)).Select(folder => Path.Combine(folder, file))
            .FirstOrDefault(File.Exists);

    private static string PackageFolder(string package, string version)
        => Path.Combine(PackageCache, package, version, "runtimes", "linux-x64", "native");

    private static IEnumerable<string> ProgramFolders()
        => ((AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string) ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Append(AppContext.BaseDirectory)
            .Append(AssemblyFolder);

    private static bool IsLibTorchBesideProgram()
    {
        var file = OperatingSystem.IsWindows()
            ? "torch_cpu.dll" : OperatingSystem.IsMacOS() ? "libtorch_cpu.dylib" : "libtorch_cpu.so";
        return ProgramFolders().Any(folder => File.Exists(Path.Combine(folder, file)));
    }

    // TorchSharp itself gathers libtorch from either cache when the runtime finds none.
    private static bool IsLibTorchInCache()
    {
        var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } folder
            ? folder
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        return new[] { PackageCache, cache }.Where(Directory.Exists)
            .SelectMany(static c => Directory.EnumerateDirectories(c, "libtorch-c*"))
            .Any(static package => Directory.Exists(Path.Combine(package, LibTorchVersion)));
    }
}
