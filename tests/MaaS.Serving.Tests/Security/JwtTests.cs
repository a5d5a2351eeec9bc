using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Tests.Security;

/// <summary>Tokens that PyJWT signed: Fixtures/make_tokens.py.</summary>
public sealed class JwtTests
{
    private static readonly JsonElement Tokens = JsonDocument.Parse(File.ReadAllBytes(
        Path.Combine(TestContext.CurrentContext.TestDirectory, "Security", "Fixtures", "tokens.json"))).RootElement;

    private ModelsFolder _models = null!;
    private TestServer _server = null!;

    public static IEnumerable<string> Good => Tokens.GetProperty("good").EnumerateObject().Select(t => t.Name);

    public static IEnumerable<string> Bad => Tokens.GetProperty("bad").EnumerateObject().Select(t => t.Name);

    [OneTimeSetUp]
    public async Task Start()
    {
        _models = new ModelsFolder().Add("linear", "same");
        foreach (var key in new[] { "rsa", "ec", "secret" })
        {
            await File.WriteAllTextAsync(_models[key], Tokens.GetProperty(key).GetString());
        }

        _server = await TestServer.StartAsync(
            o => (o.ModelsPath, o.Security.Jwt) = (_models.Path, Options("RS256", "ES256", "HS256", "PS256")),
            isOpen: false);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _server.DisposeAsync();
        _models.Dispose();
    }

    private JwtOptions Options(params string[] algorithms) => new()
    {
        Issuer = "https://login.example",
        Audience = "maas",
        Algorithms = [.. algorithms],
        PublicKeyFiles = [_models["rsa"], _models["ec"]],
        SecretFile = _models["secret"],
    };

    [TestCaseSource(nameof(Good))]
    public async Task Request_GoodToken_IsAnswered(string name)
        => Assert.That(
            await _server.PredictAsync(Tokens.GetProperty("good").GetProperty(name).GetString()),
            Is.EqualTo((HttpStatusCode.OK, """{"predictions":[[1,2]]}""")));

    [TestCaseSource(nameof(Bad))]
    public async Task Request_BadToken_Is401(string name)
        => Assert.That(
            (await _server.PredictAsync(Tokens.GetProperty("bad").GetProperty(name).GetString())).Status,
            Is.EqualTo(HttpStatusCode.Unauthorized));

    [Test]
    public async Task Request_TokenWithoutTheScopeOrModel_Is403()
    {
        Assert.That(
            (await _server.PredictAsync(Tokens.GetProperty("read only").GetString())).Status,
            Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(
            (await _server.PredictAsync(Tokens.GetProperty("one model").GetString(), "linear")).Status,
            Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(
            (await _server.PredictAsync(Tokens.GetProperty("one model").GetString())).Status,
            Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Request_AlgorithmOutsideTheDefault_Is401()
    {
        await using var server = await TestServer.StartAsync(
            o => (o.ModelsPath, o.Security.Jwt) = (_models.Path, Options()), isOpen: false);

        Assert.That(
            (await server.PredictAsync(Tokens.GetProperty("good").GetProperty("RS256").GetString())).Status,
            Is.EqualTo(HttpStatusCode.OK));
        Assert.That(
            (await server.PredictAsync(Tokens.GetProperty("good").GetProperty("HS256").GetString())).Status,
            Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public void Start_FaultyOptions_NamesEveryFault()
    {
        File.WriteAllText(_models["short"], "secret");
        var jwt = new JwtOptions
        {
            Audience = "maas",
            Algorithms = ["none"],
            SecretFile = _models["short"],
            PublicKeyFiles = [_models["missing"]],
        };

        Assert.That(
            async () =>
                await TestServer.StartAsync(o => (o.ModelsPath, o.Security.Jwt) = (_models.Path, jwt), isOpen: false),
            Throws.InstanceOf<OptionsValidationException>().With.Message.Contains("Issuer")
                .And.Message.Contains("'none'").And.Message.Contains("32 bytes, got 6")
                .And.Message.Contains("missing"));
    }
}
