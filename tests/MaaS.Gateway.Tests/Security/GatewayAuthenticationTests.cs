using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MaaS.Cli.Tests.Registry;
using MaaS.Client;
using MaaS.Gateway.Hosting;
using MaaS.Gateway.Security;
using MaaS.Serving;
using MaaS.Serving.Security;
using MaaS.Tests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace MaaS.Gateway.Tests.Security;

/// <summary>Callers are checked at the gateway; servers take its tokens alone.</summary>
internal sealed class GatewayAuthenticationTests
{
    private const string Question = """{"inputs":[{"name":"x","shape":[1,1],"datatype":"FP32","data":[3]}]}""";

    private TemporaryFolder _folder = null!;
    private ECDsa _key = null!;
    private ECDsa _issuer = null!;
    private ServingHost _server = null!;
    private GatewayHost _gateway = null!;
    private string _all = "", _one = "", _reader = "", _slow = "";

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        Directory.CreateDirectory(_folder["models"]);
        await ScalePackages.MakeAsync(_folder["models/m.maas"], "m", 2);
        await ScalePackages.MakeAsync(_folder["models/secret.maas"], "secret", 3);
        (_key, _issuer) = (ECDsa.Create(ECCurve.NamedCurves.nistP256), ECDsa.Create(ECCurve.NamedCurves.nistP256));
        await File.WriteAllTextAsync(_folder["gateway.pub"], _key.ExportSubjectPublicKeyInfoPem());
        await File.WriteAllTextAsync(_folder["issuer.pub"], _issuer.ExportSubjectPublicKeyInfoPem());
        var (all, storedAll) = ApiKey.Create("all", ["predict", "read"]);
        var (one, storedOne) = ApiKey.Create("one", ["predict", "read"], ["m"]);
        var (reader, storedReader) = ApiKey.Create("reader", ["read"]);
        var (slow, storedSlow) = ApiKey.Create("slow", ["read"]);
        storedSlow.RequestsPerSecond = 0.001;
        (_all, _one, _reader, _slow) = (all, one, reader, slow);
        ApiKeyFile.Write(_folder["keys.json"], [storedAll, storedOne, storedReader, storedSlow]);
        _server = await ServingHost.StartAsync(
            o =>
            {
                (o.ModelsPath, o.GrpcUrl) = (_folder["models"], "http://127.0.0.1:0");
                o.Security.Jwt = new JwtOptions
                {
                    Issuer = "maas-gateway",
                    Audience = "maas",
                    PublicKeyFiles = [_folder["gateway.pub"]],
                };
                o.Security.Audit = new AuditOptions { Path = _folder["audit.jsonl"], Predictions = true };
            },
            "http://127.0.0.1:0", static b => b.Logging.ClearProviders());
        _gateway = await GatewayAsync(
            $"{_server.Address.GetLeftPart(UriPartial.Authority)}?grpc={_server.GrpcAddress!.Port}");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _gateway.DisposeAsync();
        await _server.DisposeAsync();
        _key.Dispose();
        _issuer.Dispose();
        _folder.Dispose();
    }

    // Every endpoint that is not open to all, one by one, and each over REST and gRPC is refused before any server sees
    // it.
    [Test]
    public async Task EveryEndpoint_WithTheWrongKeyAndWithoutOne_IsRefusedAtTheGateway()
    {
        await using var stub = await StubServer.StartAsync(static c => c.Response.WriteAsync("answered"));
        await using var gateway = await GatewayAsync(stub.Address.GetLeftPart(UriPartial.Authority));
        using var client = new HttpClient { BaseAddress = gateway.Address };
        var tried = 0;
        foreach (var (method, path, scope) in RequestScopeTests.Endpoints().Where(static e => e.Scope != "none"))
        {
            foreach (var key in new[] { null, "maas_0123456789ab_wrong", "wrong" })
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path.TrimStart('/'));
                if (key is not null)
                {
                    request.Headers.Add("X-Api-Key", key);
                }

                using var answer = await client.SendAsync(request);
                Assert.That((int)answer.StatusCode, Is.EqualTo(401), $"{method} {path} with {key ?? "no key"}");
                Assert.That(answer.Headers.WwwAuthenticate, Is.Not.Empty);
                tried++;
            }
        }

        Assert.That(tried, Is.GreaterThan(150));
        Assert.That(stub.Requests, Is.Zero, "no server has seen any of them");
    }

    [Test]
    public async Task OpenEndpoints_CarryNoProofOn()
    {
        IHeaderDictionary? seen = null;
        await using var stub = await StubServer.StartAsync(context =>
        {
            seen = new HeaderDictionary(new Dictionary<string, StringValues>(context.Request.Headers));
            return Task.CompletedTask;
        });
        await using var gateway = await GatewayAsync(stub.Address.GetLeftPart(UriPartial.Authority));
        using var answer = await AskAsync(gateway.Address, HttpMethod.Get, "ping", _all);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(seen!.Keys, Has.None.EqualTo("X-Api-Key").And.None.EqualTo("Authorization"));
    }

    [Test]
    public async Task Infer_WithAKey_ReachesTheServerAsASignedCallerAndNoKeyDoes()
    {
        IHeaderDictionary? seen = null;
        await using var stub = await StubServer.StartAsync(context =>
        {
            seen = new HeaderDictionary(new Dictionary<string, StringValues>(context.Request.Headers));
            return Task.CompletedTask;
        });
        await using var gateway = await GatewayAsync(stub.Address.GetLeftPart(UriPartial.Authority));
        using var answer = await AskAsync(gateway.Address, HttpMethod.Post, "v2/models/m/infer", _one, cookie: "a=b");

        var token = new JsonWebToken(seen!.Authorization.ToString()["Bearer ".Length..]);
        Assert.That(seen.Keys, Has.None.EqualTo("X-Api-Key").And.None.EqualTo("Cookie"));
        Assert.That(
            (token.Subject, token.Issuer, token.GetClaim("scope").Value, token.GetClaim("models").Value),
            Is.EqualTo(("one", "maas-gateway", "predict read", "m")));
        Assert.That(token.ValidTo - token.ValidFrom, Is.EqualTo(TimeSpan.FromMinutes(1)));
        Assert.That(token.Audiences, Is.EqualTo(new[] { "maas" }));
    }

    [Test]
    public async Task Infer_ModelsAndScopes_AreEnforcedAndAuditedUnderTheCallersName()
    {
        using var good = await AskAsync(_gateway.Address, HttpMethod.Post, "v2/models/m/infer", _one);
        var body = JsonDocument.Parse(await good.Content.ReadAsStringAsync()).RootElement;
        Assert.That(body.GetProperty("outputs")[0].GetProperty("data")[0].GetSingle(), Is.EqualTo(6));

        using var other = await AskAsync(_gateway.Address, HttpMethod.Post, "v2/models/secret/infer", _one);
        using var none = await AskAsync(_gateway.Address, HttpMethod.Post, "v2/models/nothing/infer", _one);
        using var scope = await AskAsync(_gateway.Address, HttpMethod.Post, "v2/models/m/infer", _reader);
        Assert.That(
            new[] { other.StatusCode, none.StatusCode, scope.StatusCode }, Is.All.EqualTo(HttpStatusCode.Forbidden),
            "whether there is such a model is not told");
        Assert.That(AuditAsync, Does.Contain("token:one").Or.Contain("\"one\"").After(10_000, 100));
        using var index = await AskAsync(_gateway.Address, HttpMethod.Post, "v2/repository/index", _one, "{}");
        Assert.That(await index.Content.ReadAsStringAsync(), Does.Contain("\"m\"").And.Not.Contain("secret"));
        using var direct = await AskAsync(_server.Address, HttpMethod.Post, "v2/models/m/infer", _one);
        Assert.That(direct.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized), "servers know no keys");
    }

    [Test]
    public async Task Grpc_KeysModelsAndScopes_AreEnforced()
    {
        Assert.That((await GrpcAsync(_all, "secret"))["y"].ToArray<float>(), Is.EqualTo(new[] { 9f }));
        Assert.That((await GrpcAsync(_one, "m"))["y"].ToArray<float>(), Is.EqualTo(new[] { 6f }));
        foreach (var (key, model, message) in new[]
        {
            (_one, "secret", "expected a model that 'one' may use"), (_reader, "m", "expected the scope 'predict'"),
            ("maas_0123456789ab_wrong", "m", "the API key is not known"), (null, "m", "got none"),
        })
        {
            Assert.That(() => GrpcAsync(key, model), Throws.Exception.With.Message.Contains(message));
        }
    }

    [Test]
    public async Task Infer_WithAnIssuersToken_IsThatSubject()
    {
        using var good = await BearerAsync(_issuer, "https://login.example", "predict");
        using var forged = await BearerAsync(_key, "https://login.example", "predict");
        using var gateways = await BearerAsync(_key, "maas-gateway", "predict");
        using var other = await BearerAsync(_issuer, "https://login.example", "read");

        Assert.That(
            new[] { good.StatusCode, forged.StatusCode, gateways.StatusCode, other.StatusCode },
            Is.EqualTo(new[]
            {
                HttpStatusCode.OK, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden,
            }));
    }

    [Test]
    public async Task Requests_MoreThanAKeyMaySend_Are429()
    {
        using var first = await AskAsync(_gateway.Address, HttpMethod.Get, "v2", _slow);
        using var second = await AskAsync(_gateway.Address, HttpMethod.Get, "v2", _slow);

        Assert.That((int)first.StatusCode, Is.EqualTo(200));
        Assert.That((int)second.StatusCode, Is.EqualTo(429));
        Assert.That(second.Headers.RetryAfter, Is.Not.Null);
    }

    // The model stands in the body, which is read after the caller is known.
    [Test]
    public async Task OpenAisRoutes_RefuseInTheirForm_BeforeAnyServerSeesThem()
    {
        await using var stub = await StubServer.StartAsync(static c => c.Response.WriteAsync("answered"));
        await using var gateway = await GatewayAsync(stub.Address.GetLeftPart(UriPartial.Authority));
        using var client = new HttpClient { BaseAddress = gateway.Address };
        foreach (var (key, model, status, type) in new[]
        {
            ("wrong", "m", HttpStatusCode.Unauthorized, "authentication_error"),
            (_reader, "m", HttpStatusCode.Forbidden, "permission_error"),
            (_one, "secret", HttpStatusCode.Forbidden, "permission_error"),
            (_one, "secret:loud", HttpStatusCode.Forbidden, "permission_error"),
            (_one, "none", HttpStatusCode.Forbidden, "permission_error"),
            (_all, "none", HttpStatusCode.NotFound, "invalid_request_error"),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "v1/chat/completions")
            {
                Content = new StringContent($$"""{"model":"{{model}}"}"""),
            };
            request.Headers.Authorization = new("Bearer", key);
            using var answer = await client.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();

            Assert.That(answer.StatusCode, Is.EqualTo(status), $"{model}: {text}");
            Assert.That(text, Does.Contain($"\"type\":\"{type}\""));
        }

        Assert.That(stub.Requests, Is.Zero);
    }

    // Servers count tokens; the gateway counts requests.
    [Test]
    public void Token_OfAKeyWithLimitsOfTokens_TellsThemToServers()
    {
        var tokens = new CallerTokens(Authentication(), TimeProvider.System);
        var limited = new JsonWebToken(tokens.Of(
            new Caller("ann", ServingScope.Predict) { TokensPerMinute = 5_000_000_000, ConcurrentStreams = 2 }));
        var free = new JsonWebToken(tokens.Of(new Caller("bob", ServingScope.Predict)));

        Assert.That(
            (limited.GetClaim("maas_tokens_per_minute").Value, limited.GetClaim("maas_concurrent_streams").Value),
            Is.EqualTo(("5000000000", "2")));
        Assert.That(free.Claims.Select(static c => c.Type), Has.None.StartsWith("maas_"));
    }

    [Test]
    public async Task Token_AfterItsMinute_IsRefusedByServers()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow.AddMinutes(-5));
        var token = new CallerTokens(Authentication(), clock).Of(new Caller("late", ServingScope.All));
        using var client = new HttpClient { BaseAddress = _server.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await client.GetAsync(new Uri("v2", UriKind.Relative));

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public void Validate_WhatCannotWork_NamesEveryFault()
        => Assert.That(
            () => new GatewayOptions
            {
                Servers = ["http://127.0.0.1:1"],
                Authentication = new GatewayAuthentication
                {
                    TokenKey = _key,
                    Issuer = "same",
                    Jwt = new JwtOptions { Issuer = "same", Audience = "a", PublicKeyFiles = [_folder["none.pub"]] },
                    TokenLifetime = TimeSpan.Zero,
                },
            }.Validate(),
            Throws.ArgumentException.With.Message.Contains("gives no key").And.Message.Contains("for both")
                .And.Message.Contains("TokenLifetime"));

    private static async Task<HttpResponseMessage> AskAsync(
        Uri address, HttpMethod method, string path, string? key, string body = Question, string? cookie = null)
    {
        using var client = new HttpClient { BaseAddress = address };
        using var request = new HttpRequestMessage(method, path);
        if (method == HttpMethod.Post)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        if (key is not null)
        {
            request.Headers.Add("X-Api-Key", key);
        }

        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie);
        }

        return await client.SendAsync(request);
    }

    private async Task<string> AuditAsync()
    {
        using var file = new StreamReader(new FileStream(
            _folder["audit.jsonl"], FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return await file.ReadToEndAsync();
    }

    private async Task<HttpResponseMessage> BearerAsync(ECDsa key, string issuer, string scope)
    {
        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Audience = "gateway",
            Expires = DateTime.UtcNow.AddMinutes(5),
            Claims = new Dictionary<string, object> { ["sub"] = "ann", ["scope"] = scope },
            SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(key), "ES256"),
        });
        using var client = new HttpClient { BaseAddress = _gateway.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await client.PostAsync(
            new Uri("v2/models/m/infer", UriKind.Relative),
            new StringContent(Question, Encoding.UTF8, "application/json"));
    }

    private async Task<InferResponse> GrpcAsync(string? key, string model)
    {
        var options = new MaaSClientOptions { Transport = Transport.Grpc, MaxRetries = 0, ApiKey = key };
        options.GrpcAddresses.Add(_gateway.GrpcAddress!);
        await using var client = new MaaSClient(options);
        return await client.InferAsync(new InferRequest(model, Tensor.Of("x", new float[] { 3 }, 1, 1)));
    }

    private GatewayAuthentication Authentication() => new()
    {
        ApiKeyFile = _folder["keys.json"],
        Jwt = new JwtOptions
        {
            Issuer = "https://login.example",
            Audience = "gateway",
            PublicKeyFiles = [_folder["issuer.pub"]],
        },
        TokenKey = _key,
    };

    private Task<GatewayHost> GatewayAsync(string server)
        => GatewayHost.StartAsync(
            new GatewayOptions { Servers = [server], Authentication = Authentication() },
            "http://127.0.0.1:0", "http://127.0.0.1:0", "http://127.0.0.1:0",
            static b => b.Logging.ClearProviders());
}
