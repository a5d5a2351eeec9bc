using System.Diagnostics;
using System.Reflection;
using MaaS.Training.Export;
using TorchSharp;

namespace MaaS.Cli.Tests;

/// <summary>The README's program is the sample, and the sample runs.</summary>
public sealed class ReadmeTests
{
    internal static readonly string RepoRoot =
        typeof(ReadmeTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == "RepoRoot").Value!;

    [Test]
    public void Readme_Program_IsTheSample()
    {
        var sample = File.ReadAllText(Path.Combine(RepoRoot, "samples", "Mnist", "Program.cs"));
        Assert.That(File.ReadAllText(Path.Combine(RepoRoot, "README.md")), Does.Contain($"```csharp\n{sample}```"));
    }

    [Test]
    public void Readme_OwnModule_CompilesAndExports()
    {
        var source = File.ReadAllText(Path.Combine(RepoRoot, "tests", "MaaS.Cli.Tests", "ReadmeNet.cs"));
        var shown = source[source.IndexOf("sealed class Net", StringComparison.Ordinal)..];
        Assert.That(File.ReadAllText(Path.Combine(RepoRoot, "README.md")), Does.Contain($"```csharp\n{shown}```"));

        using var net = new Net();
        using var example = torch.randn(2, 1, 28, 28);
        Assert.That(OnnxExporter.Export(net, example).ParityMaxAbs, Is.LessThan(1e-4));
    }

    [Test]
    public async Task Sample_OnRealDigits_TrainsPredictsAndServes()
    {
        var folder = Directory.CreateTempSubdirectory("maas-sample-").FullName;
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Mnist.dll")])
                {
                    WorkingDirectory = folder,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                })!;
            var error = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            using (Assert.EnterMultipleScope())
            {
                Assert.That(process.ExitCode, Is.Zero, $"{output}\n{await error}");
                Assert.That(output, Does.Contain("the first test digit is a").And.Contain("\"platform\""));
                Assert.That(Path.Combine(folder, "digits.maas"), Does.Exist);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
