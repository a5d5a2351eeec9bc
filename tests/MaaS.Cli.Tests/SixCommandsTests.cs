using System.Text.Json;
using System.Text.RegularExpressions;
using MaaS.Cli.Tests.Serving;
using MaaS.Tests;

namespace MaaS.Cli.Tests;

/// <summary>The README's six commands, as they stand there.</summary>
[NonParallelizable]
internal sealed partial class SixCommandsTests
{
    [Test]
    public async Task Readme_SixCommands_ServeASignedVersion()
    {
        using var folder = new TemporaryFolder();
        var lines = SixCommands().Match(await File.ReadAllTextAsync(Path.Combine(ReadmeTests.RepoRoot, "README.md")))
            .Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Has.Length.LessThanOrEqualTo(6));
        var variables = new Dictionary<string, string>
        {
            ["MAAS_PASSPHRASE"] = "a passphrase of a test",
            ["MAAS_DATA"] = Environment.GetEnvironmentVariable("MAAS_DATA")
                ?? Path.Combine(ReadmeTests.RepoRoot, "artifacts", "data"),
        };
        foreach (var line in lines[..^1])
        {
            var (exit, output, error) = await CommandProcess.RunWithAsync(variables, folder.Path, line.Split(' ')[1..]);
            Assert.That(exit, Is.Zero, line + output + error);
        }

        // The last one as it stands, but for the port, on which another server may listen, and for where it starts.
        var serve = lines[^1].Split(' ')[2..].Select(w => w.Replace("registry.db", folder["registry.db"]).Replace(
            "keys/", $"{folder["keys"]}/"));
        Directory.CreateDirectory(folder["copies"]);
        using var server = await ServeProcess.StartAsync(folder["copies"], [.. serve]);
        using var client = new HttpClient { BaseAddress = server.Address };
        using var model = JsonDocument.Parse(await client.GetStringAsync(new Uri("/v2/models/wine", UriKind.Relative)));
        Assert.That(model.RootElement.GetProperty("versions")[0].GetString(), Is.EqualTo("1"));
        using var ready = await client.GetAsync(new Uri("/v2/models/wine/ready", UriKind.Relative));
        Assert.That((int)ready.StatusCode, Is.EqualTo(200));
    }

    [GeneratedRegex("in six commands:\\s+```bash\\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex SixCommands();
}
