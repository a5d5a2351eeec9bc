using System.Net;
using System.Security.Cryptography;
using MaaS.Core.Packages;
using MaaS.Registry.Versions;
using MaaS.Tests;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace MaaS.Serving.Tests.Catalogue;

/// <summary>Who may ask, decide and download, on a server with keys.</summary>
public sealed class DownloadTests
{
    private const string Version = "/catalogue/models/linear/versions/2",
        Requests = "/catalogue/models/linear/requests",
        Access = "/catalogue/models/linear/access";

    private CatalogueServer _catalogue = null!;

    [SetUp]
    public async Task StartServer() => _catalogue = await CatalogueServer.StartAsync(withKeys: true);

    [TearDown]
    public async Task StopServer() => await _catalogue.DisposeAsync();

    [TestCase(null, HttpStatusCode.Unauthorized)]
    [TestCase("maas_000000000000_guess", HttpStatusCode.Unauthorized)]
    [TestCase("other", HttpStatusCode.Forbidden)]
    [TestCase("predict", HttpStatusCode.Forbidden)]
    public async Task Every_Address_WithoutTheRightKey_Refuses(string? key, HttpStatusCode expected)
    {
        foreach (var path in new[]
        {
            "/catalogue/view/linear", "/catalogue/view/linear/2", "/catalogue/models/linear", Version,
            $"{Version}/files/model.onnx", $"{Version}/package",
        })
        {
            Assert.That((await _catalogue.AskAsync("GET", path, key)).Status, Is.EqualTo(expected), path);
        }

        Assert.That((await _catalogue.PostAsync(Requests, "{}", key)).Status, Is.EqualTo(expected));
        Assert.That(
            (await _catalogue.PostAsync(Access, """{"who":"reader","granted":true}""", key)).Status,
            Is.EqualTo(expected));
        if (key != "other")
        {
            Assert.That((await _catalogue.AskAsync("GET", "/catalogue/models", key)).Status, Is.EqualTo(expected));
            Assert.That((await _catalogue.AskAsync("GET", "/catalogue", key)).Status, Is.EqualTo(expected));
        }

        Assert.That((await _catalogue.AskAsync("GET", "/catalogue/access", key)).Status, Is.EqualTo(expected));
        Assert.That(
            (await _catalogue.GetAsync("/catalogue/access", "admin")).GetProperty("requests").GetArrayLength(),
            Is.Zero);
    }

    [Test]
    public async Task Models_ForAKeyOfOneModel_AreThatOne_AndItsParentIsNotNamed()
    {
        foreach (var path in new[]
        {
            "/catalogue", "/catalogue/models", "/catalogue/models/digits", "/catalogue/models/digits/versions/1",
            "/catalogue/view/digits",
        })
        {
            var (status, text, _) = await _catalogue.AskAsync("GET", path, "other");
            Assert.That(status, Is.EqualTo(HttpStatusCode.OK), path);
            Assert.That(text, Does.Contain("digits").And.Not.Contain("linear"), path);
        }

        Assert.That(
            (await _catalogue.AskAsync("GET", "/catalogue/models/digits/versions/1", "reader")).Text,
            Does.Contain("linear/1"));
    }

    [Test]
    public async Task Download_AskedGrantedAndTakenBack_IsRefusedAnsweredAndRefused()
    {
        var before = await _catalogue.AskAsync("GET", $"{Version}/files/model.onnx", "reader");
        var asked = await _catalogue.PostAsync(Requests, """{"reason":"to compare"}""", "reader");
        var waiting = await _catalogue.AskAsync("GET", $"{Version}/files/model.onnx", "reader");
        var own = await _catalogue.PostAsync(Access, """{"who":"reader","granted":true}""", "reader");
        var granted = await _catalogue.PostAsync(
            Access, """{"who":"reader","granted":true,"reason":"fine"}""", "admin");
        var after = await _catalogue.GetAsync(Version, "reader");

        Assert.That(before.Status, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(before.Text, Does.Contain(Requests));
        Assert.That(asked.Text, Does.Contain("\"state\":\"asked\"").And.Contain("to compare"));
        Assert.That((waiting.Status, own.Status), Is.EqualTo((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden)));
        Assert.That(granted.Text, Does.Contain("\"state\":\"granted\"").And.Contain("\"decided_by\":\"admin\""));
        Assert.That(after.GetProperty("downloadable").GetBoolean());
        foreach (var file in after.GetProperty("files").EnumerateArray())
        {
            var bytes = await BytesAsync($"{Version}/files/{file.GetProperty("path").GetString()}");
            Assert.That(bytes, Has.Length.EqualTo(file.GetProperty("bytes").GetInt64()));
            Assert.That(
                Convert.ToHexStringLower(SHA256.HashData(bytes)), Is.EqualTo(file.GetProperty("sha256").GetString()));
        }

        await _catalogue.PostAsync(Access, """{"who":"reader","granted":false}""", "admin");
        Assert.That(
            (await _catalogue.AskAsync("GET", $"{Version}/files/model.onnx", "reader")).Status,
            Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [Test]
    public async Task Download_TokenWithTheNameOfAKeyThatWasGranted_IsRefusedUntilItIsGrantedItself()
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["secret"], Convert.ToBase64String(secret));
        await using var catalogue = await CatalogueServer.StartAsync(withKeys: true, o => o.Security.Jwt = new()
        {
            Issuer = "https://login.example",
            Audience = "maas",
            Algorithms = ["HS256"],
            SecretFile = folder["secret"],
        });
        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = "https://login.example",
            Audience = "maas",
            Claims = new Dictionary<string, object> { ["sub"] = "reader", ["scope"] = "read" },
            SigningCredentials = new SigningCredentials(
                new SymmetricSecurityKey(await File.ReadAllBytesAsync(folder["secret"])),
                SecurityAlgorithms.HmacSha256),
        });

        await catalogue.PostAsync(Access, """{"who":"reader","granted":true}""", "admin");
        Assert.That(await FileAsync(), Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(
            (await catalogue.AskAsync("GET", $"{Version}/files/model.onnx", "reader")).Status,
            Is.EqualTo(HttpStatusCode.OK));

        await catalogue.PostAsync(Access, """{"who":"token:reader","granted":true}""", "admin");
        Assert.That(await FileAsync(), Is.EqualTo(HttpStatusCode.OK));

        async Task<HttpStatusCode> FileAsync()
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Get, new Uri($"{Version}/files/model.onnx", UriKind.Relative));
            request.Headers.Authorization = new("Bearer", token);
            using var response = await catalogue.Server.Client.SendAsync(request);
            return response.StatusCode;
        }
    }

    [Test]
    public async Task Package_ByAnAdministrator_OpensAndCounts()
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():N}.maas");
        await File.WriteAllBytesAsync(path, await BytesAsync($"{Version}/package", "admin"));
        try
        {
            using var package = await ModelPackage.OpenAsync(path);
            Assert.That(package.Manifest.Metrics!["accuracy"], Is.EqualTo(0.7).Within(1e-12));
            Assert.That(await package.ReadAsync("notes/readme.txt"), Is.EqualTo("version 2"u8.ToArray()));
        }
        finally
        {
            File.Delete(path);
        }

        await _catalogue.AskAsync("HEAD", $"{Version}/package", "admin");
        await _catalogue.AskAsync("HEAD", $"{Version}/files/model.onnx", "admin");
        Assert.That((await _catalogue.GetAsync(Version, "admin")).GetProperty("downloads").GetInt64(), Is.EqualTo(1));
    }

    [TestCase("..%2F..%2Fregistry.db")]
    [TestCase("manifest.json%00")]
    [TestCase("MODEL.ONNX")]
    [TestCase("")]
    public async Task File_ThatTheVersionDoesNotHave_IsNotFound(string path)
        => Assert.That(
            (await _catalogue.AskAsync("GET", $"{Version}/files/{path}", "admin")).Status,
            Is.AnyOf(HttpStatusCode.NotFound, HttpStatusCode.BadRequest));

    [Test]
    public async Task File_ThatWasChangedOnTheDisk_IsNotSent()
    {
        var file = (await _catalogue.Store.GetAsync(ModelReference.Parse("linear/2"))).Files["model.onnx"];
        var root = new Uri(_catalogue.Server.Address, $"{Version}/files/model.onnx");
        var stored = Directory.EnumerateFiles(
            _catalogue.Folder, file.Sha256, SearchOption.AllDirectories).Single();
        var bytes = await File.ReadAllBytesAsync(stored);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(stored, bytes);

        var (status, text, _) = await _catalogue.AskAsync("GET", root.PathAndQuery, "admin");

        Assert.That(status, Is.EqualTo(HttpStatusCode.InternalServerError));
        Assert.That(text, Does.Contain("error").And.Not.Contain(_catalogue.Folder));
        Assert.That((await _catalogue.GetAsync(Version, "admin")).GetProperty("downloads").GetInt64(), Is.Zero);
    }

    [TestCase("""{"granted":true}""")]
    [TestCase("""{"who":"reader"}""")]
    [TestCase("""{"who":"","granted":true}""")]
    [TestCase("[]")]
    public async Task Decide_BodyThatSaysTooLittle_IsRefused(string body)
        => Assert.That(
            (await _catalogue.PostAsync(Access, body, "admin")).Status, Is.EqualTo(HttpStatusCode.BadRequest));

    [Test]
    public async Task Version_NotPublished_IsForAdministratorsAlone()
    {
        Assert.That(
            (await _catalogue.AskAsync("GET", "/catalogue/models/linear/versions/3", "reader")).Status,
            Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(
            (await _catalogue.GetAsync("/catalogue/models/linear/versions/3", "admin"))
                .GetProperty("published").GetBoolean(), Is.False);
        await _catalogue.PostAsync(Access, """{"who":"reader","granted":true}""", "admin");
        Assert.That(
            (await _catalogue.AskAsync("GET", "/catalogue/models/linear/versions/3/package", "reader")).Status,
            Is.EqualTo(HttpStatusCode.NotFound));
    }

    private async Task<byte[]> BytesAsync(string path, string key = "reader")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Add("X-Api-Key", _catalogue.Key(key));
        using var response = await _catalogue.Server.Client.SendAsync(request);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), path);
        Assert.That(response.Content.Headers.ContentDisposition!.DispositionType, Is.EqualTo("attachment"));
        return await response.Content.ReadAsByteArrayAsync();
    }
}
