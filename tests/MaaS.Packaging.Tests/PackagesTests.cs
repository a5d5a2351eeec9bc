using System.IO.Compression;
using static MaaS.Packaging.Tests.LocalFeed;

namespace MaaS.Packaging.Tests;

/// <summary>Uses the packages as a stranger does: from a folder of packages, in a project elsewhere.</summary>
[NonParallelizable]
public sealed class PackagesTests
{
    private const string TorchSharpCpu = """<PackageReference Include="TorchSharp-cpu" Version="0.107.0" />""";

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
    public void Consumer_FreshProjectWithTorchSharpCpu_TrainsPrunesExportsAndPredicts()
    {
        var project = MakeProject("fresh", "Fresh.txt", TorchSharpCpu + Reference("MaaS"));
        try
        {
            var output = Run(project, "dotnet", "run", "-c", "Release");
            Assert.That(output, Does.Match(@"trained\s+pruned\s+predicted \(2,10\), as torch does"));
        }
        finally
        {
            Directory.Delete(project, recursive: true);   // 1.3 GB: libtorch for every system.
        }
    }

    [Test]
    public void Consumer_TorchSharpProjectThatAddsMaaSForExport_ExportsTheWeightsThatItSaved()
    {
        var project = MakeProject(
            "existing", "Existing.txt", TorchSharpCpu + Reference("MaaS.Training"),
            "<RuntimeIdentifier>linux-x64</RuntimeIdentifier><SelfContained>false</SelfContained>");
        var output = Run(project, "dotnet", "run", "-c", "Release");
        Assert.That(output, Does.Match(@"trained\s+exported as trained"));
    }

    [Test]
    public void Consumer_WithoutLibTorch_IsToldTheCommandInOneSentence()
    {
        var output = Run(
            MakeProject("without", "WithoutLibTorch.txt", Reference("MaaS")), "dotnet", "run", "-c", "Release");
        Assert.That(
            output.Trim().Split('\n')[^1],
            Does.Match("^TorchSharp found no libtorch; .*dotnet add package TorchSharp-cpu --version 0\\.107\\.0 .*$"));
    }

    [Test]
    public void Consumer_OfTablesAndAGatewayWithoutLibTorch_TrainsServesAndForwards()
    {
        var output = Run(
            MakeProject(
                "tables", "Tables.txt",
                Reference("MaaS.Tabular") + Reference("MaaS.Serving") + Reference("MaaS.Gateway")),
            "dotnet", "run", "-c", "Release");
        Assert.That(output, Does.Contain("trained tabular-classification").And.Match("\"yes\".*\"no\""));
    }

    [Test]
    public void Tool_InstalledFromItsPackage_Trains()
    {
        var tools = Path.Combine(Folder, "tools");
        Run(Folder, "dotnet", "tool", "install", "MaaS.Cli", "--tool-path", tools, "--add-source", Folder, "--version", PackageVersion);
        var output = Run(
            Folder, Path.Combine(tools, "maas"), "train", "--model", "mlp", "--data", "mnist", "--epochs", "1", "-o",
            "mlp.safetensors");
        Assert.That(Path.Combine(Folder, "mlp.safetensors"), Does.Exist, output);
    }

    private static string Reference(string package)
        => $"""<PackageReference Include="{package}" Version="{PackageVersion}" />""";

    private static string MakeProject(string name, string program, string references, string properties = "")
    {
        var project = Directory.CreateDirectory(Path.Combine(Folder, name)).FullName;
        File.Copy(
            Path.Combine(TestContext.CurrentContext.TestDirectory, "Consumer", program),
            Path.Combine(project, "Program.cs"));
        File.WriteAllText(Path.Combine(project, $"{name}.csproj"), ConsoleProject(references, properties));
        return project;
    }
}
