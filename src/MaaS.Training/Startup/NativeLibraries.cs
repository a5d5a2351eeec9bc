using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TorchSharp;

namespace MaaS.Training.Startup;

/// <summary>TorchSharp's native libraries: loaded here where the system refuses them, and named where they are missing.</summary>
/// <remarks>
/// libLibTorchSharp.so of TorchSharp 0.107.0 insists on GLIBCXX_3.4.32, a symbol version of GCC 13's libstdc++, although no function of it
/// is called; older systems refuse to load the library for that reason alone. A project's build mends its copy
/// (buildTransitive/MaaS.Training.targets). Where no build did, in notebooks and in programs built on a newer system, a mended copy is
/// loaded before TorchSharp asks for the library; the file itself stays as it is.
/// </remarks>
internal static class NativeLibraries
{
    private const string LibTorchSharp = "libLibTorchSharp.so";
    private const string LibTorchVersion = "2.10.0";

    // The file of TorchSharp 0.107.0; the flags of the version need stand at this offset, and 2 is VER_FLG_WEAK.
    private const string KnownHash = "cf33b1b0bb6bbb9754a768fb5c5d04d9f498603be50e73f55621a0b40ee608b8";
    private const string MendedHash = "5968efac8270eff8a2b5ca7381612ea9cc54d81cf4104a54e0e6106b7b5f11e3";
    private const int FlagsOffset = 260660;
    private const byte Weak = 2;

    private static readonly string AssemblyFolder = Path.GetDirectoryName(typeof(torch).Assembly.Location) ?? AppContext.BaseDirectory;

    // In a notebook TorchSharp.dll is loaded from the package cache, CACHE/torchsharp/0.107.0/lib/net8.0, and so are the libraries.
    private static readonly string PackageCache = Path.GetFullPath(Path.Combine(AssemblyFolder, "..", "..", "..", ".."));

    private static Exception? _fault;
    private static bool _isLoaded;

    /// <summary>Loads a mended copy of TorchSharp's library, and libtorch with it, where this system refuses the plain one.</summary>
    /// <remarks>Call it before torch is used, and after what has to be set before libtorch loads. It does not throw: the first use does.</remarks>
    internal static void Prepare()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64
            || Find(LibTorchSharp, "torchsharp", "0.107.0") is not { } original
            || Find("libtorch.so", "libtorch-cpu-linux-x64", LibTorchVersion) is not { } libtorch
            || !IsSystemTooOld())
        {
            return;
        }

        try
        {
            LoadMended(original, libtorch);
        }
        catch (Exception e) when (e is DllNotFoundException or IOException or UnauthorizedAccessException)
        {
            _fault = e;   // RequireLibTorch throws it.
        }
    }

    /// <summary>Loads libtorch as TorchSharp's first use does, where there is one.</summary>
    /// <exception cref="DllNotFoundException">
    /// The program has no libtorch, and the message has the command that adds it; or this system refuses TorchSharp's library.
    /// </exception>
    internal static void RequireLibTorch()
    {
        if (_isLoaded)
        {
            return;
        }

        if (_fault is not null)
        {
            throw new DllNotFoundException(_fault.Message, _fault);
        }

        if (!NativeLibrary.TryLoad("torch_cpu", typeof(torch).Assembly, searchPath: null, out _) && !IsLibTorchInCache())
        {
            throw new DllNotFoundException(
                "TorchSharp found no libtorch; add it to the project that runs: dotnet add package TorchSharp-cpu --version 0.107.0 "
                + $"(with an NVIDIA GPU {(OperatingSystem.IsWindows() ? "TorchSharp-cuda-windows" : "TorchSharp-cuda-linux")}).");
        }

        _isLoaded = true;
    }

    /// <summary>Marks the need for GLIBCXX_3.4.32 as weak.</summary>
    /// <param name="library">The bytes of libLibTorchSharp.so; changed in place.</param>
    /// <returns>False where they are mended already.</returns>
    /// <exception cref="DllNotFoundException">It is not the file of TorchSharp 0.107.0, so nothing is known about its bytes.</exception>
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
                $"{LibTorchSharp} may not load with this system's libstdc++ and is left as it is: expected the file of TorchSharp 0.107.0 "
                + $"(SHA-256 {KnownHash}), got {hash}. Take TorchSharp 0.107.0, or a system with the libstdc++ of GCC 13 or newer.");
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

        // TorchSharp's own search ends with the bare names, under which the system's loader finds what is loaded already.
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
        var path = File.ReadLines("/proc/self/maps").Where(static line => line.Contains("/libstdc++.so.6", StringComparison.Ordinal))
            .Select(static line => line[line.IndexOf('/')..]).FirstOrDefault();
        return File.Exists(path) && File.ReadAllBytes(path).AsSpan().IndexOf("GLIBCXX_3.4.32"u8) < 0;
    }

    // Where the runtime looks, then where the file lies in its package.
    private static string? Find(string file, string package, string version)
        => ((AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string) ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append(AppContext.BaseDirectory)
            .Append(AssemblyFolder)
            .Append(Path.Combine(PackageCache, package, version, "runtimes", "linux-x64", "native"))
            .Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);

    // TorchSharp itself gathers libtorch from either cache when the runtime finds none.
    private static bool IsLibTorchInCache()
    {
        var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } folder
            ? folder
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        return new[] { PackageCache, cache }.Where(Directory.Exists).SelectMany(static c => Directory.EnumerateDirectories(c, "libtorch-c*"))
            .Any(static package => Directory.Exists(Path.Combine(package, LibTorchVersion)));
    }
}
