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
            Assert.Ignore($"set the environment variable {Variable} to the path of a TorchSharp.dll to compare with it");
            return;
        }
        var context = new AssemblyLoadContext("TorchSharp", isCollectible: true);
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
}
