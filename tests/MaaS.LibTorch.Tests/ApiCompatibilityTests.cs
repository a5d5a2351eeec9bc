using System.Runtime.Loader;
using TorchSharp;

namespace MaaS.LibTorch.Tests;

/// <summary>
/// Whatever compiles against this library compiles against TorchSharp: every public type and member is there too,
/// with the same signature, parameter names and default values.
/// </summary>
public class ApiCompatibilityTests
{
    private const string Variable = "TorchSharpAssembly";

    [Test]
    public void PublicApi_OfThisLibrary_IsPartOfTorchSharps()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } path)
        {
            Assert.Ignore($"set the environment variable {Variable} to the path of a TorchSharp.dll to compare with it; ./maas test does so where the package feed serves TorchSharp");
            return;
        }
        var context = new AssemblyLoadContext("TorchSharp", isCollectible: true);
        context.Resolving += (loading, name) => Dependency(path, name.Name!) is { } file ? loading.LoadFromAssemblyPath(file) : null;
        try
        {
            var theirs = ApiSurface.Of(context.LoadFromAssemblyPath(Path.GetFullPath(path)));
            var ours = ApiSurface.Of(typeof(torch).Assembly);
            Assert.That(ours, Has.Count.GreaterThan(1000));
            Assert.That(ours.Except(theirs).Order(), Is.Empty);
        }
        finally
        {
            context.Unload();
        }
    }

    /// <summary>An assembly that TorchSharp's signatures name: beside it, or in the package folder that it lies in.</summary>
    private static string? Dependency(string torchSharp, string name)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(torchSharp))!;
        var package = new DirectoryInfo(Path.Combine(folder, "..", "..", "..", "..", name.ToLowerInvariant()));
        return new[] { new FileInfo(Path.Combine(folder, $"{name}.dll")) }
            .Concat(package.Exists ? package.EnumerateFiles($"{name}.dll", SearchOption.AllDirectories) : [])
            .FirstOrDefault(static f => f.Exists && f.Directory!.Name.StartsWith("net", StringComparison.Ordinal))?.FullName;
    }
}
