using System.Diagnostics;
using System.IO.Compression;
using System.Reflection;

namespace MaaS.Packaging.Tests;

/// <summary>Packs the libraries and uses them as a stranger does: from a folder of packages, in a project elsewhere.</summary>
[NonParallelizable]
public sealed class PackagesTests
{
    // A version of its own, so that the packages of an earlier run cannot be taken for these.
    private static readonly string Version = $"0.0.1-test.{DateTime.UtcNow:yyyyMMddHHmmss}";

    private static readonly string RepoRoot = Metadata("RepoRoot");

    private string _folder = "";

    [OneTimeSetUp]
    public void Pack()
    {
        _folder = Directory.CreateTempSubdirectory("maas-packages-").FullName;
        foreach (var project in PackedProjects.Append("MaaS.Cli"))
        {
            Dotnet(
                RepoRoot, "pack", $"src/{project}/{project}.csproj", "--no-build", "-c", Metadata("Configuration"), "-o", _folder,
                $"-p:Version={Version}", $"-p:TorchBackend={Metadata("TorchBackend")}");
        }
    }

    [OneTimeTearDown]
    public void Delete() => Directory.Delete(_folder, recursive: true);

    private static IEnumerable<string> PackedProjects
    {
        get
        {
            string[] always = ["MaaS.Core", "MaaS.Training", "MaaS.Serving", "MaaS.Client", "MaaS"];
            return Metadata("TorchBackend") == "system" ? always.Append("MaaS.LibTorch") : always;
        }
    }

    [Test]
    public void Pack_EveryLibrary_CarriesReadmeLicenceAndSymbols()
    {
        foreach (var project in PackedProjects)
        {
            using var package = ZipFile.OpenRead(Path.Combine(_folder, $"{project}.{Version}.nupkg"));
            var entries = package.Entries.Select(e => e.FullName).ToArray();
            Assert.That(entries, Does.Contain("README.md"), project);
            using var specification = new StreamReader(package.GetEntry($"{project}.nuspec")!.Open());
            Assert.That(specification.ReadToEnd(), Does.Contain("<license type=\"expression\">MIT</license>"), project);
            if (project != "MaaS")
            {
                Assert.That(entries, Does.Contain($"lib/net10.0/{project}.xml"), project);
                Assert.That(Path.Combine(_folder, $"{project}.{Version}.snupkg"), Does.Exist);
            }
        }
    }

    [Test]
    public void Pack_SystemBackend_CarriesTheNativeLibrary()
    {
        if (Metadata("TorchBackend") != "system")
        {
            Assert.Ignore("The native library travels with MaaS.LibTorch, which only the system backend packs.");
        }

        using var package = ZipFile.OpenRead(Path.Combine(_folder, $"MaaS.LibTorch.{Version}.nupkg"));
        Assert.That(package.GetEntry("runtimes/linux-x64/native/libmaas_torch.so")?.Length, Is.GreaterThan(0));
    }

    [Test]
    public void Consumer_FreshConsoleProject_TrainsExportsAndPredicts()
    {
        var project = Path.Combine(_folder, "consumer");
        Directory.CreateDirectory(project);
        File.Copy(Path.Combine(TestContext.CurrentContext.TestDirectory, "Consumer", "Program.txt"), Path.Combine(project, "Program.cs"));
        File.WriteAllText(Path.Combine(project, "consumer.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <RestoreAdditionalProjectSources>{_folder};{RepoRoot}artifacts/feed</RestoreAdditionalProjectSources>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="MaaS" Version="{Version}" />
              </ItemGroup>
            </Project>
            """);

        var output = Dotnet(project, "run", "-c", "Release");

        Assert.That(output, Does.Contain("trained"));
        Assert.That(output, Does.Match(@"predicted \(2,10\)"));
    }

    [Test]
    public void Tool_InstalledFromItsPackage_Runs()
    {
        var tools = Path.Combine(_folder, "tools");
        Dotnet(_folder, "tool", "install", "MaaS.Cli", "--tool-path", tools, "--add-source", _folder, "--version", Version);
        Assert.That(Run(_folder, Path.Combine(tools, "maas"), "train", "--help"), Does.Contain("fashion-mnist"));
    }

    private string Dotnet(string folder, params string[] arguments) => Run(folder, "dotnet", arguments);

    private string Run(string folder, string file, params string[] arguments)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // What was extracted already is reused; what this test makes is extracted beside it and deleted with it.
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        start.Environment["NUGET_FALLBACK_PACKAGES"] = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(home, ".nuget", "packages");
        start.Environment["NUGET_PACKAGES"] = Path.Combine(_folder, "extracted");
        if (folder == RepoRoot)
        {
            start.Environment.Remove("NUGET_FALLBACK_PACKAGES");
            start.Environment.Remove("NUGET_PACKAGES");
        }

        // The test host's own MSBuild settings must not reach the child.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(name);
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, $"{file} {string.Join(' ', arguments)}\n{output}\n{error.Result}");
        return output;
    }

    private static string Metadata(string key)
        => typeof(PackagesTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
