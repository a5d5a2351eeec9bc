using System.Diagnostics;
using System.Reflection;

namespace MaaS.Packaging.Tests;

/// <summary>The packages of this build in a folder of their own, and commands that see them as a stranger's machine does.</summary>
[SetUpFixture]
public sealed class LocalFeed
{
    /// <summary>A version of its own, so that the packages of an earlier run cannot be taken for these.</summary>
    public static string PackageVersion { get; } = $"0.0.1-test.{DateTime.UtcNow:yyyyMMddHHmmss}";

    /// <summary>The packages; projects under test are made beneath.</summary>
    public static string Folder { get; private set; } = "";

    public static string RepoRoot { get; } = Metadata("RepoRoot");

    public static string TorchBackend { get; } = Metadata("TorchBackend");

    /// <summary>The libraries that are packed; the native library travels with MaaS.LibTorch, which only the system backend packs.</summary>
    public static IEnumerable<string> Libraries
    {
        get
        {
            string[] always = ["MaaS.Core", "MaaS.Training", "MaaS.Serving", "MaaS.Client", "MaaS"];
            return TorchBackend == "system" ? always.Append("MaaS.LibTorch") : always;
        }
    }

    [OneTimeSetUp]
    public void Pack()
    {
        Folder = Directory.CreateTempSubdirectory("maas-packages-").FullName;
        foreach (var project in Libraries.Append("MaaS.Cli"))
        {
            Run(
                RepoRoot, "dotnet", "pack", $"src/{project}/{project}.csproj", "--no-build", "-c", Metadata("Configuration"), "-o", Folder,
                $"-p:Version={PackageVersion}", $"-p:TorchBackend={TorchBackend}");
        }
    }

    [OneTimeTearDown]
    public void Delete() => Directory.Delete(Folder, recursive: true);

    /// <summary>Runs a command to its end and asserts that it succeeds.</summary>
    /// <returns>Its standard output.</returns>
    public static string Run(string folder, string file, params string[] arguments)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        SetEnvironment(start.Environment, inRepository: folder == RepoRoot);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, $"{file} {string.Join(' ', arguments)}\n{output}\n{error.Result}");
        return output;
    }

    private static void SetEnvironment(IDictionary<string, string?> environment, bool inRepository)
    {
        // What was extracted already is reused; what a test makes is extracted beside it and deleted with it.
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        environment["NUGET_FALLBACK_PACKAGES"] = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(home, ".nuget", "packages");
        environment["NUGET_PACKAGES"] = Path.Combine(Folder, "extracted");
        if (inRepository)
        {
            environment.Remove("NUGET_FALLBACK_PACKAGES");
            environment.Remove("NUGET_PACKAGES");
        }

        // The data that set-up fetched.
        environment["MAAS_DATA"] = Environment.GetEnvironmentVariable("MAAS_DATA") ?? Path.Combine(RepoRoot, "artifacts", "data");

        // The test host's own MSBuild settings must not reach the child.
        foreach (var name in environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            environment.Remove(name);
        }
    }

    private static string Metadata(string key)
        => typeof(LocalFeed).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
