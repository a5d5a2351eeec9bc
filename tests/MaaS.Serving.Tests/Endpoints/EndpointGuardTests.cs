using System.Net;
using MaaS.Serving.Security;
using MaaS.Serving.Tests.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Serving.Tests.Endpoints;

public sealed class EndpointGuardTests
{
    private ModelsFolder _models = null!;

    [SetUp]
    public void MakeFolder() => _models = new ModelsFolder().Add("linear", "same");

    [TearDown]
    public void RemoveFolder() => _models.Dispose();

    [Test]
    public void MapMaaS_EveryEndpoint_SaysWhatItAsksFor()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddMaaS(o => o.ModelsPath = _models.Path);
        using var app = builder.Build();
        app.MapMaaS();

        var endpoints = ((IEndpointRouteBuilder)app).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .ToList();

        Assert.That(endpoints, Has.Count.GreaterThan(20));
        Assert.That(
            endpoints.Where(e => e.Metadata.GetMetadata<ScopeMetadata>() is null).Select(e => e.RoutePattern.RawText),
            Is.Empty);
        Assert.That(
            endpoints.Where(e => e.Metadata.GetMetadata<ScopeMetadata>()!.Scope == ServingScope.None)
                .Select(e => e.RoutePattern.RawText),
            Is.All.Match("health|Health|livez|readyz|ServerLive|ServerReady|ping|^/page/|^/?$"));
    }

    [Test]
    public async Task Repository_OnItsOwnPort_ExistsThereOnly()
    {
        await using var server = await TestServer.StartAsync(
            o => (o.ModelsPath, o.Security.AdminUrl, o.GrpcUrl) = (
                _models.Path, "http://127.0.0.1:0", "http://127.0.0.1:0"), isOpen: false);

        const string Load = "/v2/repository/models/same/load";
        Assert.That(await server.StatusAsync(HttpMethod.Post, Load), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(
            await server.StatusAsync(HttpMethod.Post, Load, address: server.AdminAddress),
            Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await server.PredictAsync()).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Repository_OnTheCommonPortWithoutCredentials_IsRefused()
    {
        await using var server = await TestServer.StartAsync(o => o.ModelsPath = _models.Path, isOpen: false);

        Assert.That(
            await server.StatusAsync(HttpMethod.Post, "/v2/repository/models/same/load"),
            Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((await server.PredictAsync()).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Repository_OnItsOwnPortWithKeys_AsksForTheAdminScope()
    {
        var (admin, adminStored) = ApiKey.Create("operator", ["admin"]);
        var (shop, shopStored) = ApiKey.Create("shop", ["predict"]);
        await using var server = await TestServer.StartAsync(
            o =>
            {
                (o.ModelsPath, o.Security.AdminUrl) = (_models.Path, "http://127.0.0.1:0");
                o.Security.ApiKeys.Add(adminStored);
                o.Security.ApiKeys.Add(shopStored);
            },
            isOpen: false);

        const string Load = "/v2/repository/models/same/load";
        Assert.That(
            await server.StatusAsync(HttpMethod.Post, Load, address: server.AdminAddress),
            Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(
            await server.StatusAsync(HttpMethod.Post, Load, shop, server.AdminAddress),
            Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(
            await server.StatusAsync(HttpMethod.Post, Load, admin, server.AdminAddress), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await server.StatusAsync(HttpMethod.Post, Load, admin), Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Requests_BeyondTheRate_Are429AndSayWhenToComeBack()
    {
        var (fast, fastStored) = ApiKey.Create("fast", ["predict"]);
        var (slow, slowStored) = ApiKey.Create("slow", ["predict"]);
        fastStored.RequestsPerSecond = 100_000;
        await using var server = await TestServer.StartAsync(
            o =>
            {
                o.ModelsPath = _models.Path;
                o.Security.RateLimit = new RateLimitOptions { RequestsPerSecond = 0.01, Burst = 3 };
                o.Security.ApiKeys.Add(fastStored);
                o.Security.ApiKeys.Add(slowStored);
            },
            isOpen: false);

        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 5; i++)
        {
            statuses.Add((await server.PredictAsync(apiKey: slow)).Status);
            Assert.That((await server.PredictAsync(apiKey: fast)).Status, Is.EqualTo(HttpStatusCode.OK));
        }

        Assert.That(statuses, Is.EqualTo(new[] { 200, 200, 200, 429, 429 }.Select(s => (HttpStatusCode)s)));
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            new Uri("/predict?model=same", UriKind.Relative)) { Content = new StringContent(SecuredServer.Instance) };
        request.Headers.Add("X-Api-Key", slow);
        using var response = await server.Client.SendAsync(request);
        Assert.That(response.Headers.RetryAfter?.Delta, Is.GreaterThan(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public async Task Guessing_Keys_IsSlowedDown()
    {
        await using var server = await TestServer.StartAsync(
            o =>
            {
                o.ModelsPath = _models.Path;
                o.Security.RateLimit = new RateLimitOptions { RequestsPerSecond = 0.01, Burst = 2 };
                o.Security.ApiKeys.Add(ApiKey.Create("shop", ["predict"]).Stored);
            },
            isOpen: false);

        for (var i = 0; i < 2; i++)
        {
            Assert.That((await server.PredictAsync(apiKey: "guess")).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        }

        Assert.That((await server.PredictAsync(apiKey: "guess")).Status, Is.EqualTo(HttpStatusCode.TooManyRequests));
    }

    [Test]
    public async Task Grpc_WithoutKey_EndsWithUnauthenticated()
    {
        await using var server = await TestServer.StartAsync(
            o =>
            {
                (o.ModelsPath, o.GrpcUrl) = (_models.Path, "http://127.0.0.1:0");
                o.Security.ApiKeys.Add(ApiKey.Create("shop", ["predict"]).Stored);
            },
            isOpen: false);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(
            HttpMethod.Post, new Uri(server.GrpcAddress, "/inference.GRPCInferenceService/ModelInfer"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, 0, 0]),
        };
        request.Content.Headers.ContentType = new("application/grpc");

        using var response = await client.SendAsync(request);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Headers.GetValues("grpc-status").Single(), Is.EqualTo("16"));
    }

    [Test]
    public async Task CrossOrigin_ByDefault_IsNotAllowed_AndIsForConfiguredOrigins()
    {
        await using var closed = await TestServer.StartAsync(o => o.ModelsPath = _models.Path);
        await using var open = await TestServer.StartAsync(o =>
        {
            o.ModelsPath = _models.Path;
            o.Security.AllowedOrigins.Add("https://shop.example");
        });

        Assert.That(await AllowedAsync(closed, "https://shop.example"), Is.Null);
        Assert.That(await AllowedAsync(open, "https://shop.example"), Is.EqualTo("https://shop.example"));
        Assert.That(await AllowedAsync(open, "https://evil.example"), Is.Null);

        static async Task<string?> AllowedAsync(TestServer server, string origin)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/v2", UriKind.Relative));
            request.Headers.Add("Origin", origin);
            using var response = await server.Client.SendAsync(request);
            return response.Headers.TryGetValues("Access-Control-Allow-Origin", out var allowed)
                ? allowed.Single() : null;
        }
    }

    [Test]
    public async Task Answers_SayNothingOfTheServer_AndForbidSniffing()
    {
        await using var server = await TestServer.StartAsync(o => o.ModelsPath = _models.Path);

        using var response = await server.Client.GetAsync(new Uri("/v2", UriKind.Relative));

        Assert.That(response.Headers.Server, Is.Empty);
        Assert.That(response.Headers.GetValues("X-Content-Type-Options").Single(), Is.EqualTo("nosniff"));
    }
}
