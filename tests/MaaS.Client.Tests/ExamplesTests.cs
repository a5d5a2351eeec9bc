using System.Reflection;
using MaaS.Serving;
using MaaS.Serving.Tests;
using MaaS.Text.Training;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Client.Tests;

/// <summary>The examples of docs/client.md: the text between their marks stands in the page, and it runs.</summary>
public sealed class ExamplesTests
{
    private static readonly string RepoRoot =
        typeof(ExamplesTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == "RepoRoot").Value!;

    private readonly ModelsFolder _models = new ModelsFolder().Add("linear");
    private ServingHost _server = null!;
    private ServingHost _other = null!;

    [OneTimeSetUp]
    public async Task StartServers()
    {
        await _models.AddStoryAsync(BpeTrainer.Train(["Once upon a time"], new() { VocabSize = 280 }), 1_000);
        _server = await Servers.StartAsync(_models.Path);
        _other = await Servers.StartAsync(_models.Path);
    }

    [OneTimeTearDown]
    public async Task StopServers()
    {
        await _server.DisposeAsync();
        await _other.DisposeAsync();
        _models.Dispose();
    }

    [Test]
    public void Page_EveryExample_IsTheCodeThatRuns()
    {
        var page = File.ReadAllText(Path.Combine(RepoRoot, "docs", "client.md"));
        var source = File.ReadAllText(Path.Combine(RepoRoot, "tests", "MaaS.Client.Tests", "ExamplesTests.cs"));
        var examples = source.Split("// example\n")[1..].Select(
            e => e[..e.IndexOf("        // end", StringComparison.Ordinal)]).Where(e => e.Length < 2000).ToArray();

        Assert.That(examples, Has.Length.EqualTo(3));
        foreach (var example in examples)
        {
            Assert.That(
                page,
                Does.Contain(
                    $"```csharp\n{example.Replace("\n        ", "\n", StringComparison.Ordinal).TrimStart()}```"));
        }
    }

    [Test]
    public async Task OneCall_Runs()
    {
        var address = _server.Address;
        var key = "none is needed";

        // example
        await using var client = new MaaSClient(new MaaSClientOptions { Addresses = { address }, ApiKey = key });
        var answer = await client.InferAsync(
            new InferRequest("linear", Tensor.Of("x", new float[] { 1, 2, 3, 4 }, 1, 4)));
        float[] y = answer["y"].ToArray<float>();
        // end

        Assert.That(y, Has.Length.EqualTo(3));
    }

    [Test]
    public async Task ManyAddresses_Runs()
    {
        var services = new ServiceCollection();
        var (first, second) = (_server.GrpcAddress!, _other.GrpcAddress!);

        // example
        services.AddMaaSClient(o =>
        {
            o.Transport = Transport.Grpc;
            o.GrpcAddresses.Add(first);
            o.GrpcAddresses.Add(second);
            o.HedgingDelay = TimeSpan.FromMilliseconds(50);
            o.TotalTimeout = TimeSpan.FromSeconds(10);
        });
        // end

        await using var provider = services.BuildServiceProvider();
        var client = provider.GetRequiredService<IMaaSClient>();
        Assert.That(
            (await client.InferAsync(new InferRequest("linear", Tensor.Of("x", new float[4], 1, 4))))["y"].Shape,
            Is.EqualTo(new[] { 1L, 3 }));
    }

    [Test]
    public async Task Stream_Runs()
    {
        await using var client = new MaaSClient(new MaaSClientOptions { Addresses = { _server.Address } });
        using var source = new CancellationTokenSource();
        var cancellationToken = source.Token;
        var page = new StringWriter();

        // example
        await foreach (var piece in client.GenerateAsync(
            new GenerateRequest("story", "Once upon") { MaxTokens = 100 }, cancellationToken))
        {
            page.Write(piece.Text);
        }
        // end

        Assert.That(page.ToString(), Is.Not.Empty);
    }
}
