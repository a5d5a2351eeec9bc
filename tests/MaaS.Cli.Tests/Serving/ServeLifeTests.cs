using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MaaS.Cli.Tests.Serving;

/// <summary>Real processes over sockets: what clients see when versions change, and when the server stops or
/// dies.</summary>
[NonParallelizable]
[Platform("Linux,MacOsX")]
public sealed class ServeLifeTests
{
    private const int Clients = 4;
    private string _models = "";

    [SetUp]
    public void MakeFolder() => _models = Directory.CreateTempSubdirectory("maas-serve-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_models, recursive: true);

    [Test]
    public async Task Sigterm_UnderLoad_LosesNoRequest()
    {
        await ServeProcess.RegisterAsync(_models);
        using var server = await ServeProcess.StartAsync(_models, "--drain-delay", "1");
        var isNotReadyFirst = false;
        var answers = 0;

        // Each client goes on until an answer tells it to go elsewhere, as a load balancer does once the server is not
        // ready.
        var clients = Enumerable.Range(0, Clients).Select(i => Task.Run(async () =>
        {
            using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = 1 };
            using var client = new HttpClient(handler) { BaseAddress = server.Address };
            for (var number = i; ; number++)
            {
                var isLast = (await ServeProcess.TellAsync(client, "m", number)).IsLast;
                Interlocked.Increment(ref answers);
                if (isLast)
                {
                    return number - i;
                }
            }
        })).ToArray();
        Assert.That(() => Volatile.Read(ref answers), Is.GreaterThan(100).After(30_000, 10));
        server.Terminate();
        using (var probe = new HttpClient { BaseAddress = server.Address })
        {
            for (var i = 0; i < 50 && !isNotReadyFirst; i++)
            {
                using var response = await probe.GetAsync(new Uri("/v2/health/ready", UriKind.Relative));
                isNotReadyFirst = response.StatusCode == HttpStatusCode.ServiceUnavailable;
            }
        }

        var answered = await Task.WhenAll(clients).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.That(isNotReadyFirst, "readiness goes while requests are still answered");
        Assert.That(answered.Sum(), Is.GreaterThan(100));
        Assert.That(await server.ExitAsync(), Is.Zero);
    }

    [Test]
    public async Task Sigterm_RequestHalfSent_IsAnsweredBeforeTheExit()
    {
        await ServeProcess.RegisterAsync(_models);
        using var server = await ServeProcess.StartAsync(_models, "--drain-delay", "0", "--drain-timeout", "20");
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, server.Address.Port);
        const string Body = """{"instances": [[21]]}""";
        var stream = socket.GetStream();
        using var reader = new StreamReader(stream);
        await StartRequestAsync(stream, reader, Body.Length, Body[..5]);

        server.Terminate();
        Assert.That(
            async () => await new TcpClient().ConnectAsync(IPAddress.Loopback, server.Address.Port),
            Throws.TypeOf<SocketException>().After(10_000, 20), "the server takes no one else");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(Body[5..]));

        Assert.That(
            await reader.ReadToEndAsync(),
            Does.StartWith("HTTP/1.1 200 OK").And.Contain("Connection: close")
                .And.EndWith("""{"predictions":[[21]]}"""));
        Assert.That(await server.ExitAsync(), Is.Zero);
    }

    [Test]
    public async Task Sigterm_RequestThatNeverEnds_IsCutOffAtTheTimeout()
    {
        await ServeProcess.RegisterAsync(_models);
        using var server = await ServeProcess.StartAsync(_models, "--drain-delay", "0", "--drain-timeout", "1");
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, server.Address.Port);
        using var reader = new StreamReader(socket.GetStream());
        await StartRequestAsync(socket.GetStream(), reader, 100, "{");

        server.Terminate();

        Assert.That(() => server.ExitAsync().WaitAsync(TimeSpan.FromSeconds(20)), Throws.Nothing);
    }

    [Test]
    public async Task Kill_AndRestart_ServesTheSameVersions()
    {
        for (var i = 0; i < 3; i++)
        {
            await ServeProcess.RegisterAsync(_models);
        }

        string[] arguments = ["--state", Path.Combine(_models, "state.json"), "--versions", "latest:2"];
        string before;
        using (var server = await ServeProcess.StartAsync(_models, arguments))
        {
            using var client = new HttpClient { BaseAddress = server.Address };
            using var admin = new HttpClient { BaseAddress = server.Admin };
            using var route = new StringContent("""{"split": {"2": 1}}""", Encoding.UTF8, "application/json");
            (await admin.PutAsync(new Uri("/v2/repository/models/m/route", UriKind.Relative), route)).EnsureSuccessStatusCode();
            Assert.That(await ServeProcess.AskAsync(client, "m", 5), Is.EqualTo(2));
            before = await client.GetStringAsync(new Uri("/v2/models/m", UriKind.Relative));
            server.KillAtOnce();
            await server.ExitAsync();
        }

        using (var server = await ServeProcess.StartAsync(_models, arguments))
        {
            using var client = new HttpClient { BaseAddress = server.Address };
            Assert.That(await ServeProcess.AskAsync(client, "m", 5), Is.EqualTo(2));
            Assert.That(
                await client.GetStringAsync(new Uri("/v2/models/m", UriKind.Relative)),
                Is.EqualTo(before).And.Contain("\"3\""));
        }
    }

    [Test]
    public async Task NewVersions_UnderLoad_NoRequestFailsAndNoAnswerIsWrong()
    {
        await ServeProcess.RegisterAsync(_models);
        using var server = await ServeProcess.StartAsync(_models, "--set", "SettleTime=00:00:00.05");
        using var stop = new CancellationTokenSource();
        using var started = new CountdownEvent(Clients);
        var clients = Enumerable.Range(0, Clients).Select(i => Task.Run(async () =>
        {
            using var client = new HttpClient { BaseAddress = server.Address };
            var versions = new List<int> { await ServeProcess.AskAsync(client, "m", i) };
            started.Signal();
            for (var number = i; !stop.IsCancellationRequested; number += Clients)
            {
                versions.Add(await ServeProcess.AskAsync(client, "m", number));
            }

            return versions;
        })).ToArray();

        Assert.That(started.Wait(TimeSpan.FromSeconds(30)));
        using (var client = new HttpClient { BaseAddress = server.Address })
        {
            for (var version = 2; version <= 6; version++)
            {
                await ServeProcess.RegisterAsync(_models);
                Assert.That(() => ServeProcess.AskAsync(client, "m", 1), Is.EqualTo(version).After(30_000, 10));
            }
        }

        await stop.CancelAsync();
        var seen = await Task.WhenAll(clients).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(
            seen.SelectMany(v => v).Distinct().Order(), Is.EqualTo(Enumerable.Range(1, 6)),
            "every version has answered");
        Assert.That(seen, Is.All.Ordered, "no client went back to an older version");
    }

    [Test]
    public async Task Start_WrongOptions_NamesAllInOneMessage()
    {
        var (code, _, error) = await CommandProcess.RunAsync(
            _models, "serve", "--models", Path.Combine(_models, "none"), "--versions", "newest", "--set",
            "Watch=perhaps", "--set", "Modelz=1");
        Assert.That(code, Is.EqualTo(1));
        Assert.That(
            error,
            Does.Contain("ModelsPath").And.Contain("newest").And.Contain("MaaS:Watch").And.Contain("MaaS:Modelz"));
    }

    /// <summary>Sends a request's headers and, once the server reads its body, the body's beginning.</summary>
    private static async Task StartRequestAsync(NetworkStream stream, StreamReader reader, int length, string beginning)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /v1/models/m:predict HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: "
                + $"{length}\r\n\r\n"));
        Assert.That(await reader.ReadLineAsync(), Is.EqualTo("HTTP/1.1 100 Continue"));
        Assert.That(await reader.ReadLineAsync(), Is.Empty);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(beginning));
    }
}
