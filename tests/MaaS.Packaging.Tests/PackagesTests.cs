using System.IO.Compression;
using static MaaS.Packaging.Tests.LocalFeed;

namespace MaaS.Packaging.Tests;

/// <summary>Uses the packages as a stranger does: from a folder of packages, in a project elsewhere.</summary>
[NonParallelizable]
public sealed class PackagesTests
{
    [Test]
    public void Pack_EveryLibrary_CarriesReadmeLicenceAndSymbols()
    {
        foreach (var project in Libraries)
        {
            using var package = ZipFile.OpenRead(Path.Combine(Folder, $"{project}.{PackageVersion}.nupkg"));
            var entries = package.Entries.Select(e => e.FullName).ToArray();
            Assert.That(entries, Does.Contain("README.md"), project);
            using var specification = new StreamReader(package.GetEntry($"{project}.nuspec")!.Open());
            Assert.That(specification.ReadToEnd(), Does.Contain("<license type=\"expression\">MIT</license>"), project);
            if (project != "MaaS")
            {
                Assert.That(entries, Does.Contain($"lib/net10.0/{project}.xml"), project);
                Assert.That(Path.Combine(Folder, $"{project}.{PackageVersion}.snupkg"), Does.Exist);
            }
        }
    }

    [Test]
    public void Pack_SystemBackend_CarriesTheNativeLibrary()
    {
        if (TorchBackend != "system")
        {
            Assert.Ignore("The native library travels with MaaS.LibTorch, which only the system backend packs.");
        }

        using var package = ZipFile.OpenRead(Path.Combine(Folder, $"MaaS.LibTorch.{PackageVersion}.nupkg"));
        Assert.That(package.GetEntry("runtimes/linux-x64/native/libmaas_torch.so")?.Length, Is.GreaterThan(0));
    }

    [Test]
    public void Consumer_FreshConsoleProject_TrainsExportsAndPredicts()
    {
        var project = Path.Combine(Folder, "consumer");
        Directory.CreateDirectory(project);
        File.Copy(Path.Combine(TestContext.CurrentContext.TestDirectory, "Consumer", "Program.txt"), Path.Combine(project, "Program.cs"));
        File.WriteAllText(Path.Combine(project, "consumer.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <RestoreAdditionalProjectSources>{Folder};{RepoRoot}artifacts/feed</RestoreAdditionalProjectSources>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="MaaS" Version="{PackageVersion}" />
              </ItemGroup>
            </Project>
            """);

        var output = Run(project, "dotnet", "run", "-c", "Release");

        Assert.That(output, Does.Contain("trained"));
        Assert.That(output, Does.Match(@"predicted \(2,10\)"));
    }

    [Test]
    public void Tool_InstalledFromItsPackage_Runs()
    {
        var tools = Path.Combine(Folder, "tools");
        Run(Folder, "dotnet", "tool", "install", "MaaS.Cli", "--tool-path", tools, "--add-source", Folder, "--version", PackageVersion);
        Assert.That(Run(Folder, Path.Combine(tools, "maas"), "train", "--help"), Does.Contain("fashion-mnist"));
    }
}
