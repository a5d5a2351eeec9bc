using System.Diagnostics;
using System.Reflection;
using MaaS.Serving.Security;
using MaaS.Tests;
using MaaS.Training.Checkpoints;

namespace MaaS.Serving.Tests.OpenAi.Clients;

/// <summary>The npm package openai, unchanged: tests/clients/openai/openai.mjs, one line for each field or call. The
/// package is there where <c>eng/clients.sh</c> has fetched it.</summary>
public sealed class NpmClientTests : ChatServer
{
    private static readonly string Root = Assembly.GetExecutingAssembly()
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(static a => a.Key == "RepoRoot").Value!;

    private static readonly string Folder = Path.Combine(Root, "artifacts", "clients", "openai");

    [Test]
    public async Task OpenAi_EveryFieldAndCall_HasThePromisedOutcome()
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules", "openai")))
        {
            Assert.Ignore($"expected the npm package openai in {Folder}; eng/clients.sh fetches it");
        }

        using var source = new TemporaryFolder();
        using var models = new ModelsFolder();
        await MiniLm.ImportAsync(
            PretrainedWeights.Find(PretrainedWeights.MiniLm), source["minilm"], models["minilm.maas"]);
        var (key, stored) = ApiKey.Create("encoder", ["predict"]);
        await using var encoders = await TestServer.StartAsync(
            o =>
            {
                o.ModelsPath = models.Path;
                o.Security.ApiKeys.Add(stored);
            },
            isOpen: false);
        File.Copy(
            Path.Combine(Root, "tests", "clients", "openai", "openai.mjs"), Path.Combine(Folder, "openai.mjs"),
            overwrite: true);

        var start = new ProcessStartInfo(
            "node",
            [Path.Combine(Folder, "openai.mjs"), Server.Address.AbsoluteUri, Keys["all"], Keys["other"],
             encoders.Address.AbsoluteUri, key])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NO_PROXY"] = "*";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var table = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        if (Environment.GetEnvironmentVariable("MAAS_CLIENTS_TABLE") is { Length: > 0 } file)
        {
            await File.AppendAllTextAsync(file, table);
        }

        var lines = table.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(process.ExitCode, Is.Zero, await errors);
        Assert.That(lines, Has.Length.GreaterThanOrEqualTo(30));
        Assert.That(lines.Where(static l => !l.EndsWith("\tok", StringComparison.Ordinal)), Is.Empty);
    }
}
