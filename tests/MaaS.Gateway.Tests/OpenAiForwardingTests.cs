using System.Net;
using System.Text;
using System.Text.Json;
using MaaS.Gateway.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MaaS.Gateway.Tests;

/// <summary>OpenAI's routes before servers that answer as a test says.</summary>
internal sealed class OpenAiForwardingTests
{
    private const string Model = """{"model":"m","stream":true}""";

    [Test]
    public async Task Chat_Stream_ComesPieceByPiece()
    {
        var (read, limit) = (new TaskCompletionSource(), TimeSpan.FromSeconds(30));
        await using var server = await StubServer.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: first\n\n");
            await context.Response.Body.FlushAsync();
            await read.Task.WaitAsync(limit);   // Not before the client has the first piece.
            await context.Response.WriteAsync("data: [DONE]\n\n");
        });
        await using var gateway = await GatewayAsync(server);
        using var client = new HttpClient { BaseAddress = gateway.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/chat/completions", UriKind.Relative))
        {
            Content = new StringContent(Model),
        };
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());

        Assert.That(await lines.ReadLineAsync().WaitAsync(limit), Is.EqualTo("data: first"));
        read.SetResult();
        Assert.That(await lines.ReadToEndAsync(), Does.EndWith("data: [DONE]\n\n"));
    }

    [TestCase("/v1/chat/completions"), TestCase("/v1/completions"), TestCase("/v1/embeddings")]
    public async Task Server_ThatTurnsAway_LeavesTheRequestToAnotherOne(string path)
    {
        await using var full = await StubServer.StartAsync(static context =>
        {
            context.Response.StatusCode = 503;
            return context.Response.WriteAsync("draining");
        });
        await using var free = await StubServer.StartAsync(static async context =>
        {
            using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
            await context.Response.WriteAsync(await reader.ReadToEndAsync());
        });
        await using var gateway = await GatewayAsync(full, free);
        using var client = new HttpClient { BaseAddress = gateway.Address };
        for (var i = 0; i < 10; i++)
        {
            using var answer = await client.PostAsync(new Uri(path, UriKind.Relative), new StringContent(Model));
            Assert.That(await answer.Content.ReadAsStringAsync(), Is.EqualTo(Model));
        }

        Assert.That(full.Requests, Is.GreaterThan(0), "the test's point was tried");
    }

    [Test]
    public async Task Adapter_GoesWhereItIs_AndItsModelAnywhere()
    {
        await using var plain = await StubServer.StartAsync(NameAsync);
        await using var adapted = await StubServer.StartAsync(
            NameAsync, """[{"name":"m","version":"1","state":"READY","adapters":["loud"]}]""");
        await using var gateway = await GatewayAsync(plain, adapted);
        using var client = new HttpClient { BaseAddress = gateway.Address };
        Dictionary<string, HashSet<string>> servers = [];
        foreach (var model in Enumerable.Repeat(new[] { "m", "m:loud", "m:other" }, 30).SelectMany(static m => m))
        {
            using var answer = await client.PostAsync(
                new Uri("/v1/completions", UriKind.Relative), new StringContent($$"""{"model":"{{model}}"}"""));
            servers.TryAdd(model, []);
            servers[model].Add(await answer.Content.ReadAsStringAsync());
        }

        Assert.That(servers["m:loud"], Is.EqualTo(new[] { adapted.Address.Authority }));
        Assert.That(servers["m"], Has.Count.EqualTo(2));
        Assert.That(servers["m:other"], Has.Count.EqualTo(2), "a server says that there is none");

        static Task NameAsync(HttpContext context) => context.Response.WriteAsync($"{context.Request.Host}");
    }

    [Test]
    public async Task Models_OfAServerThatFails_AreLeftOut_AndARefusalIsTheServers()
    {
        await using var broken = await StubServer.StartAsync(static context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        await using var first = await StubServer.StartAsync(ListAsync("b", 1));
        await using var second = await StubServer.StartAsync(ListAsync("b", 2));
        await using var gateway = await GatewayAsync(broken, first, second);
        using var client = new HttpClient { BaseAddress = gateway.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/V1/Models/", UriKind.Relative));
        request.Headers.Authorization = new("Bearer", "key");
        request.Headers.AcceptEncoding.ParseAdd("gzip");
        using var answer = await client.SendAsync(request);
        using var list = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());

        Assert.That(
            list.RootElement.GetProperty("data").EnumerateArray().Select(static m => (
                m.GetProperty("id").GetString(), m.GetProperty("created").GetInt32())),
            Is.EqualTo(new[] { ("b", 2), ("b:loud", 2) }));

        using var without = await client.GetAsync(new Uri("/v1/models", UriKind.Relative));
        Assert.That(
            without.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized), await without.Content.ReadAsStringAsync());

        static RequestDelegate ListAsync(string name, int created) => context =>
        {
            if (context.Request.Headers.Authorization != "Bearer key")
            {
                context.Response.StatusCode = 401;
                return context.Response.WriteAsync("no key");
            }

            return context.Response.WriteAsync(
                $$"""
                {"models":["{{name}}"],"object":"list","data":[{"id":"{{name}}:loud","created":{{created}}},
                {"id":"{{name}}","created":{{created}}}]}
                """);
        };
    }

    [TestCase("m", HttpStatusCode.BadGateway, "server_error")]
    [TestCase("none", HttpStatusCode.NotFound, "invalid_request_error")]
    public async Task Faults_OfTheGateway_HaveOpenAisForm(string model, HttpStatusCode expected, string type)
    {
        await using var broken = await StubServer.StartAsync(static context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        await using var gateway = await GatewayAsync(broken);
        using var client = new HttpClient { BaseAddress = gateway.Address };
        using var answer = await client.PostAsync(
            new Uri("/v1/chat/completions", UriKind.Relative), new StringContent($$"""{"model":"{{model}}"}"""));
        using var error = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());

        Assert.That(answer.StatusCode, Is.EqualTo(expected));
        Assert.That(error.RootElement.GetProperty("error").GetProperty("type").GetString(), Is.EqualTo(type));
    }

    private static Task<GatewayHost> GatewayAsync(params StubServer[] servers)
        => GatewayHost.StartAsync(
            new GatewayOptions
            {
                Servers = [.. servers.Select(static s => s.Address.GetLeftPart(UriPartial.Authority))],
            },
            "http://127.0.0.1:0", adminUrl: "http://127.0.0.1:0", configure: static b => b.Logging.ClearProviders());
}
