using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using static MaaS.Packaging.Tests.LocalFeed;

namespace MaaS.Packaging.Tests;

/// <summary>Makes projects by <c>dotnet new</c> out of the packed templates and runs them, one after the other: the server serves
/// what the training made.</summary>
[NonParallelizable]
public sealed class TemplatesTests
{
    private const string TrainingProject = "Winding";
    private const string ServerProject = "Answers";

    private string _folder = "";

    private string Hive => Path.Combine(_folder, "hive");

    [OneTimeSetUp]
    public void Install()
    {
        _folder = Directory.CreateDirectory(Path.Combine(Folder, "templates")).FullName;
        File.WriteAllText(Path.Combine(_folder, "NuGet.config"), $"""
            <configuration>
              <packageSources>
                <add key="packed" value="{Folder}" />
                <add key="maas-local" value="{RepoRoot}artifacts/feed" />
              </packageSources>
            </configuration>
            """);
        New("install", Path.Combine(Folder, $"MaaS.Templates.{PackageVersion}.nupkg"));
    }

    [Test]
    public async Task MaasTrainAndMaasServer_MadeBuiltAndRun_TrainAPackageAndServeIt()
    {
        Train();
        await ServeAsync();
    }

    private void Train()
    {
        New("maas-train", "-n", TrainingProject);
        var project = Path.Combine(_folder, TrainingProject);
        Assert.That(File.ReadAllText(Path.Combine(project, "Network.cs")), Does.Contain($"namespace {TrainingProject};"));
        var file = File.ReadAllText(Path.Combine(project, $"{TrainingProject}.csproj"));
        Assert.That(file, Does.Contain($"\"MaaS.Training\" Version=\"{PackageVersion}\"").And.Contains("\"TorchSharp-cpu\""));

        var output = Run(project, "dotnet", "run", "-c", "Release");

        Assert.That(output, Does.Contain("models/spirals.maas is ready"));
        Assert.That(Accuracy(Path.Combine(project, "models", "spirals.maas")), Is.GreaterThan(0.9));
    }

    private async Task ServeAsync()
    {
        New("maas-server", "-n", ServerProject);
        var project = Path.Combine(_folder, ServerProject);
        Run(project, "dotnet", "build", "-c", "Release", "-tl:off");
        File.Copy(
            Path.Combine(_folder, TrainingProject, "models", "spirals.maas"), Path.Combine(project, "models", "spirals.maas"));

        using var server = Process.Start(new ProcessStartInfo(
            "dotnet", [Path.Combine("bin", "Release", "net10.0", $"{ServerProject}.dll"), "--urls=http://127.0.0.1:0"])
        {
            WorkingDirectory = project,
            RedirectStandardOutput = true,
            Environment = { ["Logging__LogLevel__Microsoft.AspNetCore"] = "Information" },
        })!;
        try
        {
            using var http = new HttpClient { BaseAddress = await AddressAsync(server) };
            // The middle of the first spiral.
            using var response = await http.PostAsJsonAsync(
                new Uri("/predict", UriKind.Relative), new { instances = new[] { new[] { 0.5 * Math.Cos(2.05), 0.5 * Math.Sin(2.05) } } });
            var body = await response.Content.ReadAsStringAsync();
            Assert.That(response.IsSuccessStatusCode, body);
            using var answer = JsonDocument.Parse(body);
            Assert.That(answer.RootElement.GetProperty("predictions")[0].GetProperty("label").GetString(), Is.EqualTo("red"), body);
        }
        finally
        {
            server.Kill(entireProcessTree: true);
            await server.WaitForExitAsync();
        }
    }

    private void New(params string[] arguments) => Run(_folder, "dotnet", ["new", .. arguments, "--debug:custom-hive", Hive]);

    private static double Accuracy(string package)
    {
        using var archive = System.IO.Compression.ZipFile.OpenRead(package);
        using var manifest = JsonDocument.Parse(archive.GetEntry("manifest.json")!.Open());
        return manifest.RootElement.GetProperty("metrics").GetProperty("accuracy").GetDouble();
    }

    // "Now listening on: http://127.0.0.1:PORT", which ASP.NET Core logs.
    private static async Task<Uri> AddressAsync(Process server)
    {
        const string Listening = "Now listening on: ";
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (await server.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.IndexOf(Listening, StringComparison.Ordinal) is var at and >= 0)
            {
                return new Uri(line[(at + Listening.Length)..].Trim());
            }
        }

        throw new InvalidOperationException("expected the server to listen, but it ended.");
    }
}
