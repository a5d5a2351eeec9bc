using static MaaS.Packaging.Tests.LocalFeed;

namespace MaaS.Packaging.Tests;

/// <summary>What the build of a project with MaaS.Training does to its copy of TorchSharp's native library on older
/// systems.</summary>
[NonParallelizable]
public sealed class MendTests
{
    private const string Library = "runtimes/linux-x64/native/libLibTorchSharp.so";
    private const string Line = "MaaS: marked GLIBCXX_3.4.32 as weak";

    private string _project = "";
    private byte[] _package = [];

    private static string PackagePath => Path.Combine(PackageCache, "torchsharp", "0.107.0", Library);

    private string OutputPath => Path.Combine(_project, "bin", "Release", "net10.0", Library);

    [OneTimeSetUp]
    public void MakeProject()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Ignore("Only Linux has the file.");
        }

        _package = File.ReadAllBytes(PackagePath);
        _project = Directory.CreateDirectory(Path.Combine(Folder, "mend")).FullName;
        File.WriteAllText(Path.Combine(_project, "Program.cs"), "return;");
        File.WriteAllText(
            Path.Combine(_project, "mend.csproj"),
            ConsoleProject($"""<PackageReference Include="MaaS.Training" Version="{PackageVersion}" />"""));
    }

    [TearDown]
    public void PackageFile_IsAsItWas() => Assert.That(File.ReadAllBytes(PackagePath).AsSpan().SequenceEqual(_package));

    [Test]
    public void Build_OnAnOlderSystem_MarksTheOneNeedAsWeakAndSaysSoOnce()
    {
        Assert.That(Build("-p:MaaSMendTorchSharp=true", "-t:Rebuild"), Does.Contain(Line));
        AssertMended(OutputPath);
        var written = File.GetLastWriteTimeUtc(OutputPath);

        Assert.That(Build("-p:MaaSMendTorchSharp=true"), Does.Not.Contain(Line));
        Assert.That(File.GetLastWriteTimeUtc(OutputPath), Is.EqualTo(written));
    }

    [Test]
    public void Build_Auto_MendsWhereTheLoadedLibraryLacksTheVersion()
    {
        var system = File.ReadLines("/proc/self/maps")
            .First(static l => l.Contains("/libstdc++.so", StringComparison.Ordinal));
        var lacks = File.ReadAllBytes(system[system.IndexOf('/')..]).AsSpan().IndexOf("GLIBCXX_3.4.32"u8) < 0;
        Build("-t:Rebuild");
        Assert.That(Differences(OutputPath), Has.Count.EqualTo(lacks ? 1 : 0));
    }

    [Test]
    public void Build_SwitchedOff_CopiesThePackagesFile()
    {
        Build("-p:MaaSMendTorchSharp=true");
        Assert.That(Build("-p:MaaSMendTorchSharp=false"), Does.Not.Contain(Line));
        Assert.That(Differences(OutputPath), Is.Empty);
    }

    [Test]
    public void Build_OfAnUnknownFile_WarnsAndLeavesItAlone()
    {
        var output = Build("-p:MaaSMendTorchSharp=true", "-p:_MaaSKnownHash=0123");
        Assert.That(
            output,
            Does.Contain("warning MAAS0001")
                .And.Contains("expected the file of TorchSharp 0.107.0 (SHA-256 0123), got cf33b1b0"));
        Assert.That(Differences(OutputPath), Is.Empty);
    }

    [Test]
    public void Build_OverAHardLinkToThePackage_ReplacesTheLink()
    {
        Build(
            "-p:MaaSMendTorchSharp=false", "-t:Rebuild",
            "-p:CreateHardLinksForCopyFilesToOutputDirectoryIfPossible=true");
        Build("-p:MaaSMendTorchSharp=true");
        AssertMended(OutputPath);
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Publish_CarriesTheMendedFile(bool forOneSystem)
    {
        var output = Path.Combine(_project, $"published-{forOneSystem}");
        string[] system = forOneSystem
            ? ["-r", "linux-x64", "--self-contained", "false", "-p:PublishSingleFile=true"] : [];
        Run(_project, "dotnet", ["publish", "-c", "Release", "-o", output, "-p:MaaSMendTorchSharp=true", .. system]);
        AssertMended(Path.Combine(output, forOneSystem ? Path.GetFileName(Library) : Library));
    }

    private string Build(params string[] arguments)
        => Run(_project, "dotnet", ["build", "-c", "Release", "-tl:off", "-maxcpucount:1", .. arguments]);

    // The one changed byte is the flags of GLIBCXX_3.4.32, which are 2 now and were 0.
    private void AssertMended(string path)
    {
        var need = VersionNeed.Read(_package).Single(static n => n.Name == "GLIBCXX_3.4.32");
        Assert.That(need.Flags, Is.Zero);
        Assert.That(Differences(path), Is.EqualTo(new[] { need.FlagsOffset }));
        Assert.That(
            VersionNeed.Read(File.ReadAllBytes(path)).Where(static n => n.Flags != 0),
            Is.EqualTo(new[] { need with { Flags = 2 } }));
    }

    private List<int> Differences(string path)
    {
        var file = File.ReadAllBytes(path);
        Assert.That(file, Has.Length.EqualTo(_package.Length));
        return [.. Enumerable.Range(0, file.Length).Where(i => file[i] != _package[i])];
    }
}
