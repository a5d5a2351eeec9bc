using System.Net;
using System.Text;
using MaaS.Client;
using MaaS.Gateway.Hosting;
using MaaS.Cli.Tests.Registry;
using MaaS.Registry.Fleet;
using MaaS.Serving;
using MaaS.Tests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MaaS.Gateway.Tests;

internal sealed class GatewayHostTests
{
    private static readonly Uri Infer = new("/v2/models/m/infer", UriKind.Relative);

    [Test]
    public async Task Infer_OverRestAndGrpc_GoesToAServerThatHasTheModel()
    {
        using var folder = new TemporaryFolder();
        await ScalePackages.MakeAsync(folder["two.maas"], "two", 2);
        await ScalePackages.MakeAsync(folder["three.maas"], "three", 3);
        var registry = $"sqlite:{folder["registry.db"]}";
        await using var first = await ServingAsync(folder["two.maas"]);
        await using var second = await ServingAsync(folder["three.maas"]);
        var store = await ServerStore.OpenAsync(registry);
        foreach (var (server, model) in new[] { (first, "two"), (second, "three") })
        {
            await store.RenewAsync(
                new ServerLease(
                    model, server.Address.GetLeftPart(UriPartial.Authority),
                    server.GrpcAddress!.GetLeftPart(UriPartial.Authority), ServerLeaseState.Ready,
                    new Dictionary<string, IReadOnlyList<long>> { [model] = [1] }, 0),
                TimeSpan.FromMinutes(5));
        }

        await using var gateway = await GatewayHost.StartAsync(
            new GatewayOptions { Registry = registry }, "http://127.0.0.1:0", "http://127.0.0.1:0",
            "http://127.0.0.1:0", static b => b.Logging.ClearProviders());
        foreach (var transport in new[] { Transport.Rest, Transport.RestJson, Transport.Grpc })
        {
            var options = new MaaSClientOptions { Transport = transport, MaxRetries = 0 };
            (transport == Transport.Grpc ? options.GrpcAddresses : options.Addresses).Add(
                transport == Transport.Grpc ? gateway.GrpcAddress! : gateway.Address);
            await using var client = new MaaSClient(options);
            for (var i = 0; i < 20; i++)
            {
                foreach (var (model, factor) in new[] { ("two", 2f), ("three", 3f) })
                {
                    var answer = await client.InferAsync(
                        new InferRequest(model, Tensor.Of("x", new float[] { i }, 1, 1)));
                    Assert.That(answer["y"].ToArray<float>(), Is.EqualTo(new[] { i * factor }), $"{transport} {model}");
                }
            }

            Assert.That(
                () => client.InferAsync(new InferRequest("four", Tensor.Of("x", new float[] { 1 }, 1, 1))),
                Throws.Exception.With.Message.Contains("no server has the model 'four'"), $"{transport}");
        }
    }

    [Test]
    public async Task Answer_ServerThatBreaksOffInTheMiddle_ComesWholeFromAnotherOne()
    {
        await using var broken = await StubServer.StartAsync(async context =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.WriteAsync("only a part");
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        await using var whole = await StubServer.StartAsync(EchoAsync);
        await using var gateway = await GatewayAsync(broken.Address, whole.Address);
        using var client = new HttpClient { BaseAddress = gateway.Address };
        for (var i = 0; i < 10; i++)
        {
            using var answer = await client.PostAsync(Infer, new StringContent($"request {i}"));
            Assert.That(await answer.Content.ReadAsStringAsync(), Is.EqualTo($"request {i}"));
        }

        Assert.That(broken.Requests, Is.GreaterThan(0), "the test's point was tried");
    }

    [Test]
    public async Task Answer_ServerThatTurnsAway_ComesFromAnotherOne()
    {
        await using var full = await StubServer.StartAsync(static context =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        });
        await using var free = await StubServer.StartAsync(EchoAsync);
        await using var gateway = await GatewayAsync(full.Address, free.Address);
        using var client = new HttpClient { BaseAddress = gateway.Address };
        for (var i = 0; i < 10; i++)
        {
            using var answer = await client.PostAsync(Infer, new StringContent("x"));
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        }

        Assert.That(full.Requests, Is.GreaterThan(0));
    }

    [Test]
    public async Task Answer_AllServersTurnAway_IsTheirOwn()
    {
        await using var full = await StubServer.StartAsync(static context =>
        {
            context.Response.StatusCode = 503;
            return context.Response.WriteAsync("full");
        });
        await using var gateway = await GatewayAsync(full.Address);
        using var client = new HttpClient { BaseAddress = gateway.Address };
        using var answer = await client.PostAsync(Infer, new StringContent("x"));
        Assert.That((int)answer.StatusCode, Is.EqualTo(503));
        Assert.That(await answer.Content.ReadAsStringAsync(), Is.EqualTo("full"));
    }

    // Requests that have no body, or do not say how long it is, must not use up what all may keep.
    [Test]
    public async Task Answer_WithLittleRoomForAll_IsStillRepeated()
    {
        await using var full = await StubServer.StartAsync(static context =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        });
        await using var free = await StubServer.StartAsync(static async context =>
        {
            await Task.Yield();
            await EchoAsync(context);
        });
        await using var gateway = await GatewayHost.StartAsync(
            new GatewayOptions
            {
                Servers = [full.Address.ToString(), free.Address.ToString()],
                RepeatableBytes = 1 << 20,
                KeptBytes = 3 << 20,
            },
            "http://127.0.0.1:0", adminUrl: "http://127.0.0.1:0", configure: static b => b.Logging.ClearProviders());
        using var client = new HttpClient { BaseAddress = gateway.Address };
        for (var round = 0; round < 20; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 30).Select(async i =>
            {
                using var answer = await client.GetAsync(new Uri($"/v2/models/m?{i}", UriKind.Relative));
                Assert.That((int)answer.StatusCode, Is.EqualTo(200));
            }));
            using var request = new HttpRequestMessage(HttpMethod.Post, Infer)
            {
                Content = new StringContent("chunks"),
            };
            request.Headers.TransferEncodingChunked = true;
            using var chunked = await client.SendAsync(request);
            Assert.That(await chunked.Content.ReadAsStringAsync(), Is.EqualTo("chunks"));
        }

        Assert.That(full.Requests, Is.GreaterThan(20));
    }

    [Test]
    public async Task Answer_OfUnknownKind_IsNotRepeated()
    {
        await using var broken = await StubServer.StartAsync(static context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        await using var gateway = await GatewayAsync(broken.Address);
        using var client = new HttpClient { BaseAddress = gateway.Address };
        using var answer = await client.PostAsync(new Uri("/orders", UriKind.Relative), new StringContent("one"));
        Assert.That((int)answer.StatusCode, Is.EqualTo(502));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("expected an answer, but"));
        Assert.That(broken.Requests, Is.EqualTo(1));
    }

    [Test]
    public async Task Answer_OfABodyLongerThanIsKept_GoesThrough()
    {
        await using var server = await StubServer.StartAsync(EchoAsync);
        await using var gateway = await GatewayHost.StartAsync(
            new GatewayOptions { Servers = [server.Address.ToString()], RepeatableBytes = 1000 },
            "http://127.0.0.1:0", adminUrl: "http://127.0.0.1:0", configure: static b => b.Logging.ClearProviders());
        using var client = new HttpClient { BaseAddress = gateway.Address };
        foreach (var chunked in new[] { false, true })
        {
            var text = new string('x', 3_000_000) + "end";
            using var request = new HttpRequestMessage(HttpMethod.Post, Infer) { Content = new StringContent(text) };
            request.Headers.TransferEncodingChunked = chunked;
            using var answer = await client.SendAsync(request);
            Assert.That(await answer.Content.ReadAsStringAsync(), Is.EqualTo(text), $"chunked {chunked}");
        }
    }

    [Test]
    public async Task Session_StaysWithItsServer()
    {
        await using var first = await StubServer.StartAsync(EchoAsync);
        await using var second = await StubServer.StartAsync(EchoAsync);
        await using var gateway = await GatewayAsync(first.Address, second.Address);
        using var client = new HttpClient { BaseAddress = gateway.Address };
        var servers = new HashSet<string>();
        for (var session = 0; session < 20; session++)
        {
            var ofSession = new HashSet<string>();
            for (var i = 0; i < 5; i++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, Infer) { Content = new StringContent("x") };
                request.Headers.Add("X-MaaS-Session", $"{session}");
                using var answer = await client.SendAsync(request);
                ofSession.Add(answer.Headers.GetValues("X-MaaS-Server").Single());
            }

            Assert.That(ofSession, Has.Count.EqualTo(1));
            servers.UnionWith(ofSession);
        }

        Assert.That(servers, Has.Count.EqualTo(2), "sessions are spread");
    }

    [Test]
    public async Task Requests_ThatChangeServers_AreRefused()
    {
        await using var server = await StubServer.StartAsync(EchoAsync);
        await using var gateway = await GatewayAsync(server.Address);
        using var client = new HttpClient { BaseAddress = gateway.Address };
        using var answer = await client.PostAsync(
            new Uri("/v2/repository/models/m/unload", UriKind.Relative), new StringContent("{}"));
        Assert.That((int)answer.StatusCode, Is.EqualTo(403));
        Assert.That(server.Requests, Is.Zero);
    }

    [Test]
    public async Task Requests_OfAModelThatNoServerHas_AreNotFound()
    {
        await using var server = await StubServer.StartAsync(EchoAsync);
        await using var gateway = await GatewayAsync(server.Address);
        using var client = new HttpClient { BaseAddress = gateway.Address };
        using var answer = await client.PostAsync(
            new Uri("/v2/models/other/infer", UriKind.Relative), new StringContent("{}"));
        Assert.That((int)answer.StatusCode, Is.EqualTo(404));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("no server has the model 'other'"));
    }

    [Test]
    public async Task Credentials_ArePassedOn_AndForgedOriginsAreNot()
    {
        await using var server = await StubServer.StartAsync(static context => context.Response.WriteAsync(
            $"{context.Request.Headers["X-Api-Key"]} {context.Request.Headers["X-Forwarded-For"]} "
                + $"{context.Request.Host}"));
        await using var gateway = await GatewayAsync(server.Address);
        using var client = new HttpClient { BaseAddress = gateway.Address };
        client.DefaultRequestHeaders.Add("X-Api-Key", "maas_secret");
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "8.8.8.8");
        Assert.That(
            await client.GetStringAsync(new Uri("/v2/models/m", UriKind.Relative)),
            Is.EqualTo($"maas_secret 127.0.0.1 {server.Address.Authority}"));
    }

    // What a client alone can do must not take servers away from the others.
    [Test]
    public async Task ClientsFaults_PauseNoServer()
    {
        var waiting = new TaskCompletionSource();
        await using var server = await StubServer.StartAsync(async context =>
        {
            if (context.Request.Path.Value!.EndsWith("wait", StringComparison.Ordinal))
            {
                waiting.TrySetResult();
                await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);
            }

            if (context.Request.Path.Value!.EndsWith("refuse", StringComparison.Ordinal))
            {
                context.Response.StatusCode = 413;
                await context.Response.WriteAsync("too large");
                return;
            }

            await EchoAsync(context);
        });
        await using var gateway = await GatewayAsync(server.Address);
        using var client = new HttpClient(new SocketsHttpHandler
        {
            RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
        })
        { BaseAddress = gateway.Address };
        using (var request = new HttpRequestMessage(HttpMethod.Post, Infer) { Content = new StringContent("x") })
        {
            request.Headers.TryAddWithoutValidation("X-MaaS-Session", "Müller");
            using var answer = await client.SendAsync(request);
            Assert.That((int)answer.StatusCode, Is.EqualTo(200));
        }

        using (var grpc = new HttpRequestMessage(HttpMethod.Post, Infer)
        {
            Content = new ByteArrayContent([0, 0, 0, 0, 0]),
        })
        {
            grpc.Content.Headers.TryAddWithoutValidation("Content-Type", "application/grpc");
            using var answer = await client.SendAsync(grpc);
            Assert.That(answer.Headers.GetValues("grpc-status").Single(), Is.EqualTo("12"));
        }

        // Above what the stub's Kestrel takes: it answers and closes without reading the rest.
        using (var large = await client.PostAsync(
            new Uri("/v2/models/m/refuse", UriKind.Relative), new ByteArrayContent(new byte[40_000_000])))
        {
            Assert.That((int)large.StatusCode, Is.InRange(400, 499));
        }

        using (var hangUp = new CancellationTokenSource())
        {
            var asked = client.PostAsync(
                new Uri("/v2/models/m/wait", UriKind.Relative), new StringContent("x"), hangUp.Token);
            Assert.That(() => waiting.Task.IsCompleted, Is.True.After(10_000, 20));
            await hangUp.CancelAsync();
            Assert.That(async () => await asked, Throws.InstanceOf<OperationCanceledException>());
        }

        using var after = await client.PostAsync(Infer, new StringContent("still there"));
        Assert.That(await after.Content.ReadAsStringAsync(), Is.EqualTo("still there"));
    }

    [Test]
    public async Task Requests_ForANameOfSomebodyElse_AreRefused()
    {
        await using var server = await StubServer.StartAsync(EchoAsync);
        await using var gateway = await GatewayAsync(server.Address);
        using var client = new HttpClient();
        foreach (var address in new[] { gateway.Address, gateway.AdminAddress })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Host = "evil.example";
            using var answer = await client.SendAsync(request);
            Assert.That((int)answer.StatusCode, Is.EqualTo(421), $"{address}");
        }

        Assert.That(server.Requests, Is.Zero);
    }

    [Test]
    public async Task Requests_ForAnyName_WhereAllAreAllowed_AreAnsweredButForTheAdministrationsOwn()
    {
        await using var server = await StubServer.StartAsync(EchoAsync);
        await using var gateway = await GatewayHost.StartAsync(
            new GatewayOptions { Servers = [server.Address.ToString()], AllowedHosts = ["*"] },
            "http://127.0.0.1:0", adminUrl: "http://127.0.0.1:0", configure: static b => b.Logging.ClearProviders());
        using var client = new HttpClient();
        foreach (var (address, status) in new[] { (gateway.Address, 200), (gateway.AdminAddress, 421) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Host = "models.example";
            using var answer = await client.SendAsync(request);
            Assert.That((int)answer.StatusCode, Is.EqualTo(status), $"{address}");
        }

        Assert.That(
            () => new GatewayOptions { Servers = ["http://a:1"], AllowedHosts = ["a:80"] }.Validate(),
            Throws.ArgumentException.With.Message.Contains("names without a port"));
    }

    [Test]
    public async Task Requests_OfAVersionThatNoServerHas_AreNotFound()
    {
        await using var server = await StubServer.StartAsync(EchoAsync);
        await using var gateway = await GatewayAsync(server.Address);
        using var client = new HttpClient { BaseAddress = gateway.Address };
        using var answer = await client.PostAsync(
            new Uri("/v2/models/m/versions/9/infer", UriKind.Relative), new StringContent("{}"));
        Assert.That((int)answer.StatusCode, Is.EqualTo(404));
    }

    // A service that answers something else entirely, as a wrong DNS name leads to.
    [Test]
    public async Task Fleet_OfAForeignService_GoesOn()
    {
        await using var server = await StubServer.StartAsync(EchoAsync);
        await using var foreign = await StubServer.StartAsync(EchoAsync, index: """{"models":7}""");
        await using var gateway = await GatewayAsync(foreign.Address, server.Address);
        using var client = new HttpClient { BaseAddress = gateway.Address };
        using var answer = await client.PostAsync(Infer, new StringContent("x"));
        Assert.That(answer.Headers.GetValues("X-MaaS-Server").Single(), Is.EqualTo(server.Address.GetLeftPart(
            UriPartial.Authority)));
        Assert.That(foreign.Requests, Is.Zero);
    }

    [Test]
    public async Task Stream_ServerThatTurnsAway_ComesFromAnotherOne()
    {
        await using var full = await StubServer.StartAsync(static context =>
        {
            context.Response.StatusCode = 503;
            return context.Response.WriteAsync("draining");
        });
        await using var free = await StubServer.StartAsync(EchoAsync);
        await using var gateway = await GatewayAsync(full.Address, free.Address);
        using var client = new HttpClient { BaseAddress = gateway.Address };
        for (var i = 0; i < 10; i++)
        {
            using var answer = await client.PostAsync(
                new Uri("/v2/models/m/generate_stream", UriKind.Relative), new StringContent("once"));
            Assert.That(await answer.Content.ReadAsStringAsync(), Is.EqualTo("once"));
        }

        Assert.That(full.Requests, Is.GreaterThan(0));
    }

    private static async Task EchoAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        await context.Response.WriteAsync(await reader.ReadToEndAsync());
    }

    private static Task<ServingHost> ServingAsync(string package)
        => ServingHost.StartAsync(
            o => (o.ModelsPath, o.GrpcUrl) = (package, "http://127.0.0.1:0"), "http://127.0.0.1:0",
            static b => b.Logging.ClearProviders());

    private static Task<GatewayHost> GatewayAsync(params Uri[] servers)
        => GatewayHost.StartAsync(
            new GatewayOptions { Servers = [.. servers.Select(static s => s.GetLeftPart(UriPartial.Authority))] },
            "http://127.0.0.1:0", "http://127.0.0.1:0", "http://127.0.0.1:0",
            static b => b.Logging.ClearProviders());
}
