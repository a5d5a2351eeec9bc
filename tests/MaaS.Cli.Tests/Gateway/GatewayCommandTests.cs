using System.Collections.Concurrent;
using System.Text.Json;
using MaaS.Cli.Tests.Registry;
using MaaS.Cli.Tests.Serving;
using MaaS.Tests;

namespace MaaS.Cli.Tests.Gateway;

/// <summary><c>maas gateway</c> before servers that announce themselves, as processes of their own.</summary>
[NonParallelizable]
internal sealed class GatewayCommandTests
{
    private const int Clients = 4;

    private TemporaryFolder _folder = null!;

    [SetUp]
    public async Task MakeRegistry()
    {
        _folder = new TemporaryFolder();
        await ScalePackages.MakeAsync(_folder["one.maas"], "m", 1);
        await ScalePackages.MakeAsync(_folder["two.maas"], "m", 2);
        await RunAsync("registry", "add", "one.maas");
        await RunAsync("registry", "add", "two.maas");
        await RunAsync("registry", "promote", "m/1");
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    // Servers come and go, and the version in production changes, while clients ask without a pause: no request fails,
    // and each answer is that of the version which it names.
    [Test]
    public async Task Gateway_ServersKilledDrainedAndAdded_FailsNoRequest()
    {
        using var killed = await ServerAsync("a");
        using var drained = await ServerAsync("b");
        using var steady = await ServerAsync("c");
        using var gateway = await GatewayProcess.StartAsync(_folder.Path, "--registry", "sqlite:registry.db");
        using var client = new HttpClient { BaseAddress = gateway.Address };
        await AvailableAsync(gateway, 3);
        var (_, fleet, _) = await CommandProcess.RunAsync(_folder.Path, "registry", "servers");
        Assert.That(fleet.Split("ready").Length - 1, Is.EqualTo(3), fleet);
        Assert.That(fleet, Does.Contain("m/1"));

        var (answers, faults) = (new ConcurrentQueue<int>(), new ConcurrentQueue<string>());
        using var ending = new CancellationTokenSource();
        var asking = Enumerable.Range(0, Clients).Select(i => Task.Run(async () =>
        {
            for (var number = i; !ending.IsCancellationRequested; number += Clients)
            {
                try
                {
                    answers.Enqueue(await ServeProcess.AskAsync(client, "m", number % 1000));
                }
                catch (Exception e)
                {
                    faults.Enqueue(e.Message);
                }
            }
        })).ToArray();

        await AnsweredAsync(answers, 200);
        killed.KillAtOnce();
        await AvailableAsync(gateway, 2);
        await AnsweredAsync(answers, 200);
        drained.Terminate();
        Assert.That(await drained.ExitAsync(), Is.Zero);
        using var added = await ServerAsync("d");
        await AvailableAsync(gateway, 2);
        await AnsweredAsync(answers, 200);
        await RunAsync("registry", "promote", "m/2");
        Assert.That(
            async () => (await ServeProcess.AskAsync(client, "m", 3), await ServeProcess.AskAsync(client, "m", 4)),
            Is.EqualTo((2, 2)).After(30_000, 100));
        await AnsweredAsync(answers, 200);
        await ending.CancelAsync();
        await Task.WhenAll(asking);

        Assert.That(faults, Is.Empty);
        Assert.That(answers.Distinct().Order(), Is.EqualTo(new[] { 1, 2 }));
        using var http = new HttpClient();
        Assert.That(
            await http.GetStringAsync(new Uri(gateway.Admin, "/metrics")),
            Does.Contain("maas_gateway_unanswered_total 0\n").And.Match(@"outcome=""answered""\} \d{2}"));
        Assert.That(
            () => http.GetStringAsync(gateway.Admin),
            Does.Match("2 of [23] servers take requests").And.Contain("m/2").After(30_000, 200));
    }

    [Test]
    public async Task Gateway_NothingThere_SaysSo()
    {
        using var gateway = await GatewayProcess.StartAsync(_folder.Path, "--server", "http://127.0.0.1:1");
        using var client = new HttpClient { BaseAddress = gateway.Address };
        Assert.That(
            () => ServeProcess.AskAsync(client, "m", 1),
            Throws.TypeOf<HttpRequestException>().With.Message.Contains(
                "503").And.Message.Contains("no server is there to answer: 1 are known, none is ready"));
        Assert.That((int)(await client.GetAsync("/readyz")).StatusCode, Is.EqualTo(503));
        Assert.That((int)(await client.GetAsync("/livez")).StatusCode, Is.EqualTo(200));
    }

    [Test]
    public async Task Gateway_OnIPv6_Answers()
    {
        using var gateway = await GatewayProcess.StartAsync(
            _folder.Path, "--server", "http://127.0.0.1:1", "--host", "::1");
        using var client = new HttpClient { BaseAddress = gateway.Address };
        Assert.That((int)(await client.GetAsync("/livez")).StatusCode, Is.EqualTo(200));
    }

    [TestCase("expected at least one server", "gateway")]
    [TestCase("got 'ftp://x'", "gateway", "--server", "ftp://x")]
    [TestCase("--port: expected 0 to 65535", "gateway", "--server", "http://127.0.0.1:1", "--port", "70000")]
    [TestCase("names without a port", "gateway", "--server", "http://127.0.0.1:1", "--allowed-host", "a:80")]
    [TestCase("expected an IP address", "gateway", "--server", "http://127.0.0.1:1", "--host", "example.org")]
    public async Task Gateway_BadInput_SaysWhatWasExpected(string expected, params string[] arguments)
    {
        var (exit, _, error) = await CommandProcess.RunAsync(_folder.Path, arguments);
        Assert.That(exit, Is.EqualTo(2));
        Assert.That(error, Does.Contain(expected));
    }

    private Task<ServeProcess> ServerAsync(string name)
    {
        Directory.CreateDirectory(_folder[name]);
        return ServeProcess.StartAsync(
            _folder[name], "--registry", $"sqlite:{_folder["registry.db"]}", "--announce", "http://127.0.0.1:0");
    }

    private static Task AvailableAsync(GatewayProcess gateway, int servers)
    {
        Assert.That(
            async () =>
            {
                using var client = new HttpClient();
                using var fleet = JsonDocument.Parse(await client.GetStringAsync(new Uri(gateway.Admin, "/fleet")));
                return fleet.RootElement.EnumerateArray().Count(static s => s.GetProperty("available").GetBoolean());
            },
            Is.EqualTo(servers).After(30_000, 100));
        return Task.CompletedTask;
    }

    private static Task AnsweredAsync(ConcurrentQueue<int> answers, int more)
    {
        var before = answers.Count;
        Assert.That(() => answers.Count, Is.GreaterThan(before + more).After(60_000, 50));
        return Task.CompletedTask;
    }

    private async Task RunAsync(params string[] arguments)
    {
        var (exit, output, error) = await CommandProcess.RunAsync(_folder.Path, arguments);
        Assert.That(exit, Is.Zero, output + error);
    }
}
