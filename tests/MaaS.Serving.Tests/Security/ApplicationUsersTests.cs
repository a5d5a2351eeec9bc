using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace MaaS.Serving.Tests.Security;

/// <summary>MaaS in an application that has users, schemes and policies of its own.</summary>
public sealed class ApplicationUsersTests
{
    private readonly ModelsFolder _models = new ModelsFolder().Add("same", "linear");

    [OneTimeTearDown]
    public void RemoveFolder() => _models.Dispose();

    private WebApplication Build(Action<WebApplicationBuilder> configure, Action<SecurityOptions>? security = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddMaaS(o =>
        {
            o.ModelsPath = _models.Path;
            security?.Invoke(o.Security);
        });
        configure(builder);
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        return app;
    }

    private static async Task<HttpStatusCode> GetAsync(
        WebApplication app, string path, string? bearer = null, string? apiKey = null)
    {
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        client.DefaultRequestHeaders.Authorization = bearer is null
            ? null : new AuthenticationHeaderValue("Bearer", bearer);
        if (apiKey is not null)
        {
            client.DefaultRequestHeaders.Add("X-Api-Key", apiKey);
        }

        using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
        return response.StatusCode;
    }

    [Test]
    public async Task JwtBearer_WithAProviderWhoseKeysRotate_MakesCallersOfItsUsers()
    {
        await using var provider = await IdentityProvider.StartAsync();
        await using var app = Build(
            builder => builder.Services.AddAuthentication().AddJwtBearer(o =>
            {
                (o.Authority, o.Audience, o.RequireHttpsMetadata,
                    o.MapInboundClaims) = (provider.Address, "maas", false, false);
                o.RefreshInterval = TimeSpan.FromSeconds(1);
            }),
            security => security.AuthenticationSchemes.Add(JwtBearerDefaults.AuthenticationScheme));
        app.MapMaaS();
        await app.StartAsync();

        var token = provider.Token("alice", "read predict", "same");
        Assert.That(await GetAsync(app, "/v2/models/same", token), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await GetAsync(app, "/v2/models/linear", token), Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(
            await GetAsync(app, "/v2/models/same", provider.Token("bob", "predict", "same")),
            Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await GetAsync(app, "/v2/models/same"), Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await GetAsync(app, "/v2/models/same", token + "x"), Is.EqualTo(HttpStatusCode.Unauthorized));

        provider.Rotate();
        var next = provider.Token("alice", "read", "same");
        Assert.That(
            async () => await GetAsync(app, "/v2/models/same", next), Is.EqualTo(HttpStatusCode.OK).After(10_000, 200),
            "the new key is fetched");
        await app.StopAsync();
    }

    [Test]
    public async Task CallerFactory_OfTheApplication_DecidesWhatItsUsersMay()
    {
        await using var provider = await IdentityProvider.StartAsync();
        await using var app = Build(
            builder =>
            {
                builder.Services.AddAuthentication()
                    .AddJwtBearer(
                        o => (o.Authority, o.Audience, o.RequireHttpsMetadata) = (provider.Address, "maas", false));
                builder.Services.AddSingleton<ICallerFactory, Roles>();
            },
            security => security.AuthenticationSchemes.Add(JwtBearerDefaults.AuthenticationScheme));
        app.MapMaaS();
        await app.StartAsync();

        Assert.That(
            await GetAsync(app, "/v2/models/same", provider.Token("alice", "operator", "")),
            Is.EqualTo(HttpStatusCode.OK));
        Assert.That(
            await GetAsync(app, "/v2/models/same", provider.Token("bob", "guest", "")),
            Is.EqualTo(HttpStatusCode.Unauthorized));
        await app.StopAsync();
    }

    [Test]
    public async Task Policy_OfTheApplication_AppliesToMappedEndpointsBesides()
    {
        var (key, stored) = ApiKey.Create("team", ["read"]);
        await using var app = Build(
            builder =>
            {
                builder.Services.AddAuthentication(MaaSSecurityExtensions.Scheme).AddMaaS();
                builder.Services.AddAuthorizationBuilder()
                    .AddPolicy("nobody", p => p.RequireAssertion(c => c.User.HasClaim("department", "none")))
                    .AddPolicy("somebody", p => p.RequireAuthenticatedUser());
            },
            security => security.ApiKeys.Add(stored));
        app.MapMaaS("/closed").RequireAuthorization("nobody");
        app.MapMaaS("/open").RequireAuthorization("somebody");
        await app.StartAsync();

        Assert.That(await GetAsync(app, "/closed/v2", apiKey: key), Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await GetAsync(app, "/open/v2", apiKey: key), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await GetAsync(app, "/open/v2"), Is.EqualTo(HttpStatusCode.Unauthorized));
        await app.StopAsync();
    }

    [Test]
    public async Task OwnEndpoint_WithMaaSsSchemeAndPolicy_AsksForTheSameDecision()
    {
        var (team, teamStored) = ApiKey.Create("team", ["predict"], ["same"]);
        var (reader, readerStored) = ApiKey.Create("reader", ["read"]);
        await using var app = Build(
            builder =>
            {
                builder.Services.AddAuthentication(MaaSSecurityExtensions.Scheme).AddMaaS();
                builder.Services.AddAuthorizationBuilder().AddMaaS();
            },
            security =>
            {
                security.ApiKeys.Add(teamStored);
                security.ApiKeys.Add(readerStored);
            });
        app.MapMaaS();
        app.MapGet("/mine/{name}", (string name, HttpContext context) => context.User.Identity!.Name)
            .RequireAuthorization("maas:predict");
        app.MapGet("/asks/{model}", async (string model, HttpContext context, IAuthorizationService authorization)
            => (await authorization.AuthorizeAsync(context.User, model, "maas:predict")).Succeeded
                ? Results.Ok() : Results.NotFound());
        await app.StartAsync();

        Assert.That(await GetAsync(app, "/mine/same", apiKey: team), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await GetAsync(app, "/mine/linear", apiKey: team), Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await GetAsync(app, "/mine/same", apiKey: reader), Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await GetAsync(app, "/mine/same", apiKey: "guess"), Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await GetAsync(app, "/asks/same", apiKey: team), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await GetAsync(app, "/asks/linear", apiKey: team), Is.EqualTo(HttpStatusCode.NotFound));
        await app.StopAsync();
    }

    [Test]
    public void Start_EndpointWithoutAScope_Fails()
        => Assert.That(
            async () =>
            {
                await using var app = Build(builder => builder.Services.AddSingleton<IEndpoints, Unscoped>());
                app.MapMaaS();
                await app.StartAsync();
            },
            Throws.InvalidOperationException.With.Message.Contains("/forgotten").And.Message.Contains("WithScope"));

    [Test]
    public void Start_HostWithAnEndpointWithoutAScope_Fails()
        => Assert.That(
            async () => await ServingHost.StartAsync(o => o.ModelsPath = _models.Path, "http://127.0.0.1:0", builder =>
            {
                builder.Logging.ClearProviders();
                builder.Services.AddSingleton<IEndpoints, Unscoped>();
            }),
            Throws.InvalidOperationException.With.Message.Contains("/forgotten"));

    [Test]
    public void Start_SchemeThatTheApplicationDoesNotHave_Fails()
        => Assert.That(
            async () =>
            {
                await using var app = Build(static _ => { }, security => security.AuthenticationSchemes.Add("Bearer"));
                app.MapMaaS();
                await app.StartAsync();
            },
            Throws.InvalidOperationException.With.Message.Contains("got [Bearer]"));

    private sealed class Unscoped(ServingEndpoint endpoint) : IEndpoints
    {
        public void Map(IEndpointRouteBuilder endpoints)
            => endpoints.MapGet("/forgotten", endpoint.Handle(static _ => Task.CompletedTask));
    }

    private sealed class Roles : ICallerFactory
    {
        public Caller? Create(ClaimsPrincipal user)
            => user.HasClaim("scope", "operator") ? new Caller("an operator", ServingScope.All) : null;
    }

    /// <summary>An OpenID Connect provider: a document, a set of keys, and tokens.</summary>
    private sealed class IdentityProvider(WebApplication app) : IAsyncDisposable
    {
        private RsaSecurityKey _key = NewKey();

        public string Address => app.Urls.Single();

        public static async Task<IdentityProvider> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            var app = builder.Build();
            app.Urls.Add("http://127.0.0.1:0");
            var provider = new IdentityProvider(app);
            app.MapGet(
                "/.well-known/openid-configuration",
                () =>
                    Results.Text($$"""{"issuer": "{{provider.Address}}", "jwks_uri": "{{provider.Address}}/keys"}"""));
            app.MapGet("/keys", () => Results.Text(provider.Keys(), "application/json", Encoding.UTF8));
            await app.StartAsync();
            return provider;
        }

        public void Rotate() => _key = NewKey();

        public string Token(string user, string scope, string models)
            => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Address,
            Audience = "maas",
            Claims = new Dictionary<string, object> { ["sub"] = user, ["scope"] = scope, ["models"] = models },
            SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.RsaSha256),
        });

        public ValueTask DisposeAsync() => app.DisposeAsync();

        private static RsaSecurityKey NewKey() => new(RSA.Create(2048)) { KeyId = Guid.NewGuid().ToString("N") };

        private string Keys()
        {
            var key = JsonWebKeyConverter.ConvertFromRSASecurityKey(
                new RsaSecurityKey(_key.Rsa.ExportParameters(false)) { KeyId = _key.KeyId });
            return $$"""{"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "{{key.Kid}}", "n": "{{key.N}}", "e": "{{key.E}}"}]}""";
        }
    }
}
