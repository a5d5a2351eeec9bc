using System.Diagnostics;
using System.Reflection;

namespace MaaS.Packaging.Tests;

/// <summary>The packages of this build in a folder of their own, and commands that see them as a stranger's machine
/// does.</summary>
[SetUpFixture]
public sealed class LocalFeed
{
    /// <summary>A version of its own, so that the packages of an earlier run cannot be taken for these.</summary>
    public static string PackageVersion { get; } = $"0.0.1-test.{DateTime.UtcNow:yyyyMMddHHmmss}";

    /// <summary>The packages; projects under test are made beneath.</summary>
    public static string Folder { get; private set; } = "";

    public static string RepoRoot { get; } = Metadata("RepoRoot");

    /// <summary>The packages that this user has unpacked already.</summary>
    public static string PackageCache { get; } = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>The libraries that are packed.</summary>
    public static IReadOnlyList<string> Libraries { get; } = [
        "MaaS.Primitives", "MaaS.Onnx", "MaaS.Text", "MaaS.Core", "MaaS.Registry", "MaaS.Images", "MaaS.Training",
        "MaaS.Training.Images", "MaaS.Tabular", "MaaS.Tabular.Networks", "MaaS.Serving", "MaaS.Serving.GenAI",
        "MaaS.Serving.Images", "MaaS.Gateway", "MaaS.Client", "MaaS"];

    [OneTimeSetUp]
    public void Pack()
    {
        Folder = Directory.CreateTempSubdirectory("maas-packages-").FullName;
        foreach (var packed in Libraries.Append("MaaS.Cli").Select(static name => $"src/{name}/{name}.csproj")
            .Append("templates/MaaS.Templates.csproj"))
        {
            Run(
                RepoRoot, "dotnet", "pack", packed, "--no-build", "-c", Metadata("Configuration"), "-o", Folder,
                $"-p:Version={PackageVersion}");
        }

        // TorchSharp-cpu brings libtorch for every system, 0.6 GB more than the build has: into the user's own cache,
        // once.
        Directory.CreateDirectory(Path.Combine(Folder, "torch"));
        var project = Path.Combine(Folder, "torch", "torch.csproj");
        File.WriteAllText(
            project, ConsoleProject("""<PackageReference Include="TorchSharp-cpu" Version="0.107.0" />"""));
        Run(RepoRoot, "dotnet", "restore", project);
    }

    /// <summary>A project file as a stranger writes it, with these packages among its sources.</summary>
    /// <param name="references">Its PackageReference items.</param>
    /// <param name="properties">More properties.</param>
    public static string ConsoleProject(string references, string properties = "") => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
            <Nullable>enable</Nullable>
            <RestoreAdditionalProjectSources>{Folder};{RepoRoot}artifacts/feed</RestoreAdditionalProjectSources>
            {properties}
          </PropertyGroup>
          <ItemGroup>
            {references}
          </ItemGroup>
        </Project>
        """;

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
        environment["NUGET_FALLBACK_PACKAGES"] = PackageCache;
        environment["NUGET_PACKAGES"] = Path.Combine(Folder, "extracted");
        if (inRepository)
        {
            environment.Remove("NUGET_FALLBACK_PACKAGES");
            environment.Remove("NUGET_PACKAGES");
        }

        // The data that set-up fetched.
        environment["MAAS_DATA"] = Environment.GetEnvironmentVariable("MAAS_DATA")
            ?? Path.Combine(RepoRoot, "artifacts", "data");

        // The test host's own MSBuild settings must not reach the child.
        foreach (var name in environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase))
            .ToArray())
        {
            environment.Remove(name);
        }
    }

    private static string Metadata(string key)
        => typeof(LocalFeed).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
