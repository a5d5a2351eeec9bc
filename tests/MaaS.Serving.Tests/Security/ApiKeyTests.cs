using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MaaS.Serving.Security;
using Microsoft.Extensions.Logging;

namespace MaaS.Serving.Tests.Security;

public sealed class ApiKeyTests
{
    private ModelsFolder _models = null!;

    [SetUp]
    public void MakeFolder() => _models = new ModelsFolder().Add("linear", "same");

    [TearDown]
    public void RemoveFolder() => _models.Dispose();

    private Task<TestServer> ServeAsync(params ApiKeyOptions[] keys) => TestServer.StartAsync(
        o =>
        {
            o.ModelsPath = _models.Path;
            foreach (var key in keys)
            {
                o.Security.ApiKeys.Add(key);
            }
        },
        isOpen: false);

    [Test]
    public void Create_Key_StoresItsSha256Only()
    {
        var (key, stored) = ApiKey.Create("shop", ["predict"]);

        Assert.That(stored.Sha256, Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(key)))));
        Assert.That(key, Does.Match("^maas_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$"));
        Assert.That(JsonSerializer.Serialize(stored), Does.Not.Contain(key[18..]));
    }

    [TestCase("")]
    [TestCase("root")]
    public void Create_NoScopeOfOurs_SaysWhichThereAre(string scope)
        => Assert.That(
            () => ApiKey.Create("shop", scope.Length > 0 ? [scope] : []),
            Throws.ArgumentException.With.Message.Contains("predict, read, admin"));

    [Test]
    public async Task Request_WithKeyInEitherHeader_IsAnswered()
    {
        var (key, stored) = ApiKey.Create("shop", ["predict"]);
        await using var server = await ServeAsync(stored);

        Assert.That((await server.PredictAsync(bearer: key)).Text, Is.EqualTo("""{"predictions":[[1,2]]}"""));
        Assert.That((await server.PredictAsync(apiKey: key)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Request_WithoutTheRightKey_Is401AndSaysHow()
    {
        var (key, stored) = ApiKey.Create("shop", ["predict"]);
        await using var server = await ServeAsync(stored);

        foreach (var wrong in new[]
        {
            null, "", key[..^1], key + "x", key[..^1] + (key[^1] == 'A' ? 'B' : 'A'), $"maas_000000000000_{key[18..]}",
            new string('a', 5000),
        })
        {
            Assert.That(
                (await server.PredictAsync(apiKey: wrong)).Status, Is.EqualTo(HttpStatusCode.Unauthorized), wrong);
        }

        using var response = await server.Client.PostAsync(
            new Uri("/predict?model=same", UriKind.Relative), new StringContent(SecuredServer.Instance));
        Assert.That(response.Headers.WwwAuthenticate.Single().Scheme, Is.EqualTo("Bearer"));
        Assert.That(
            JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetString(),
            Does.Contain("'predict'"));
    }

    [Test]
    public async Task Request_OfTorchServesClientsWithoutTheRightKey_IsRefusedInTheirForm()
    {
        var (key, stored) = ApiKey.Create("monitor", ["read"]);
        await using var server = await ServeAsync(stored);

        foreach (var (path, sent, status) in new[]
        {
            ("/predictions/same", null, 401), ("/explanations/same", key, 403), ("/models?url=same", key, 403),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative));
            if (sent is not null)
            {
                request.Headers.Add("X-API-Key", sent);
            }

            using var response = await server.Client.SendAsync(request);
            using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());

            Assert.That((int)response.StatusCode, Is.EqualTo(status), path);
            Assert.That(
                (answer.RootElement.GetProperty("code").GetInt32(),
                    answer.RootElement.GetProperty("type").GetString()),
                Is.EqualTo((status, "InvalidKeyException")), path);
            Assert.That(answer.RootElement.GetProperty("message").GetString(), Does.Contain("expected"), path);
        }
    }

    [Test]
    public async Task Request_BeyondTheKeysScopes_Is403()
    {
        var (reader, readerStored) = ApiKey.Create("monitor", ["read"]);
        var (shop, shopStored) = ApiKey.Create("shop", ["predict"]);
        await using var server = await ServeAsync(readerStored, shopStored);

        Assert.That(await server.StatusAsync(HttpMethod.Get, "/v2/models/same", reader), Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await server.PredictAsync(apiKey: reader)).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(
            await server.StatusAsync(HttpMethod.Get, "/v2/models/same", shop), Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(
            await server.StatusAsync(HttpMethod.Get, "/v2/models/same"), Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await server.StatusAsync(HttpMethod.Get, "/healthz"), Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Request_ForAModelTheKeyDoesNotOpen_Is403WhereverTheNameStands()
    {
        var (key, stored) = ApiKey.Create("shop", ["predict", "read"], ["same"]);
        await using var server = await ServeAsync(stored);

        Assert.That((await server.PredictAsync(apiKey: key)).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(
            (await server.PredictAsync(apiKey: key, model: "linear")).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(
            await server.StatusAsync(HttpMethod.Post, "/predict?model=linear", key),
            Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(
            await server.StatusAsync(HttpMethod.Get, "/v1/models/linear", key), Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [Test]
    public async Task Request_WithExpiredKey_Is401()
    {
        var (key, stored) = ApiKey.Create("shop", ["predict"], expires: DateTimeOffset.UtcNow.AddSeconds(-1));
        await using var server = await ServeAsync(stored);

        Assert.That((await server.PredictAsync(apiKey: key)).Text, Does.Contain("expired"));
    }

    [Test]
    public async Task File_Changed_IsTakenOverAndABrokenOneIsNot()
    {
        var file = _models["keys.json"];
        var (first, firstStored) = ApiKey.Create("first", ["predict"]);
        var (second, secondStored) = ApiKey.Create("second", ["predict"]);
        ApiKeyFile.Write(file, [firstStored]);
        using var log = new LogLines();
        await using var server = await TestServer.StartAsync(
            o => (o.ModelsPath, o.Security.ApiKeyFile) = (_models.Path, file), isOpen: false,
            builder: b => b.Logging.AddProvider(log));
        Assert.That((await server.PredictAsync(apiKey: second)).Status, Is.EqualTo(HttpStatusCode.Unauthorized));

        ApiKeyFile.Write(file, [secondStored]);
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(1));

        Assert.That(
            async () => (await server.PredictAsync(apiKey: second)).Status,
            Is.EqualTo(HttpStatusCode.OK).After(5000, 100));
        Assert.That((await server.PredictAsync(apiKey: first)).Status, Is.EqualTo(HttpStatusCode.Unauthorized));

        await File.WriteAllTextAsync(file, "{");
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(2));
        Assert.That(
            async () =>
            {
                Assert.That((await server.PredictAsync(apiKey: second)).Status, Is.EqualTo(HttpStatusCode.OK));
                return log.All.Any(l => l.Text.Contains("API keys cannot be read", StringComparison.Ordinal));
            },
            Is.True.After(10_000, 100));
    }

    [Test]
    public void File_Written_IsForItsOwnerOnly()
    {
        ApiKeyFile.Write(
            _models["keys.json"], [ApiKey.Create("shop", ["admin"], ["same"], DateTimeOffset.UnixEpoch).Stored]);

        Assert.That(ApiKeyFile.Read(_models["keys.json"]).Single().Models, Is.EqualTo(["same"]));
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(
                File.GetUnixFileMode(_models["keys.json"]), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }
    }
}
