using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MaaS.Core.Packages;
using MaaS.Core.Trust;
using MaaS.Onnx.Inference;
using MaaS.Registry.Versions;
using MaaS.Serving.Security;
using MaaS.Tests;

namespace MaaS.Serving.Tests.Catalogue;

/// <summary>Packages that accounts publish, by the API and by the form.</summary>
public sealed class PublishTests
{
    private const string Api = "catalogue/models/fresh/versions", Form = "catalogue/publish";

    private TemporaryFolder _folder = null!;
    private CatalogueServer _server = null!;
    private ECDsa _signer = null!;
    private ECDiffieHellman _recipient = null!;
    private int _made;

    [SetUp]
    public async Task StartServer()
    {
        _folder = new TemporaryFolder();
        _signer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _recipient = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync(_folder["signer.pub"], _signer.ExportSubjectPublicKeyInfoPem());
        Directory.CreateDirectory(_folder["uploads"]);
        _server = await CatalogueServer.StartAsync(withKeys: true, Configure);
    }

    [TearDown]
    public async Task StopServer()
    {
        await _server.DisposeAsync();
        _signer.Dispose();
        _recipient.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task Publish_ByTheApi_IsAVersionThatOnlyItsPublisherAndAdministratorsSee()
    {
        var package = await MakeAsync();
        var (status, text, headers) = await SendAsync($"{Api}?notes=a+first+try", package);

        Assert.That(status, Is.EqualTo(HttpStatusCode.Created), text);
        var answer = JsonDocument.Parse(text).RootElement;
        Assert.That(
            (answer.GetProperty("name").GetString(), answer.GetProperty("version").GetString(), answer.GetProperty(
                "published").GetBoolean()), Is.EqualTo(("fresh", "1", false)));
        Assert.That(headers.Location!.ToString(), Does.EndWith("catalogue/models/fresh/versions/1"));

        var version = await _server.Store.GetAsync(ModelReference.Parse("fresh/1"));
        Assert.That(
            (version.Creator, version.Stage, version.Aliases.Count, version.Approvers.Count),
            Is.EqualTo(("publisher", ModelStage.None, 0, 0)));
        Assert.That((await _server.Store.HistoryAsync("fresh"))[0].Reason, Is.EqualTo("a first try"));
        using var opened = await _server.Store.OpenPackageAsync(version);
        Assert.That(
            await opened.ReadAsync("notes/readme.txt"), Is.EqualTo(Encoding.UTF8.GetBytes($"package {_made}")),
            "every byte");
        foreach (var (key, expected) in new[]
        {
            ("publisher", HttpStatusCode.OK), ("admin", HttpStatusCode.OK), ("reader", HttpStatusCode.NotFound),
        })
        {
            Assert.That(
                (await _server.AskAsync("GET", "catalogue/models/fresh", key)).Status, Is.EqualTo(expected), key);
        }

        Assert.That(Directory.EnumerateFileSystemEntries(_folder["uploads"]), Is.Empty);
        var line = (await File.ReadAllLinesAsync(_folder["audit.jsonl"])).Last();
        Assert.That(line, Does.Contain("\"publisher\"").And.Contain("fresh").And.Contain("published as version 1"));
    }

    [Test]
    public async Task Publish_ModelThatNeedsApproval_WaitsForIt()
    {
        await _server.Store.RequireApprovalAsync("linear", true, new Change("ann"));
        var (status, text, _) = await SendAsync("catalogue/models/linear/versions", await MakeAsync());
        Assert.That(status, Is.EqualTo(HttpStatusCode.Created), text);

        Assert.That(
            () => _server.Store.PromoteAsync(
                ModelReference.Parse("linear/4"), ModelStage.Production, new Change("ann")),
            Throws.InvalidOperationException.With.Message.Contains("approv"));
    }

    [Test]
    public async Task Publish_ByTheForm_TakesNameAndNotesAndLeadsToThePage()
    {
        var (status, text, headers) = await SendFormAsync(await MakeAsync(), ("name", "renamed"), ("notes", "better"));

        Assert.That(status, Is.EqualTo(HttpStatusCode.SeeOther), text);
        Assert.That(headers.Location!.ToString(), Does.EndWith("catalogue/view/renamed/1"));
        Assert.That((await _server.Store.HistoryAsync("renamed"))[0].Reason, Is.EqualTo("better"));
        var (page, html, _) = await _server.AskAsync(
            "GET", "catalogue/view/renamed/1", "publisher", accept: "text/html");
        Assert.That(page, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(html, Does.Contain("not published").And.Contain("publisher: publisher"));

        var (again, _, other) = await SendFormAsync(await MakeAsync(), ("name", ""), ("notes", ""));
        Assert.That(again, Is.EqualTo(HttpStatusCode.SeeOther));
        Assert.That(other.Location!.ToString(), Does.EndWith("catalogue/view/fresh/1"), "the package's own name");
    }

    [TestCase(null, HttpStatusCode.Unauthorized, "expected proof of the scope")]
    [TestCase("maas_0123456789ab_wrong", HttpStatusCode.Unauthorized, "")]
    [TestCase("reader", HttpStatusCode.Forbidden, "publish")]
    [TestCase("limited", HttpStatusCode.Forbidden, "fresh")]
    public async Task Publish_WhoMayNot_IsRefused(string? key, HttpStatusCode expected, string reason)
    {
        var (status, text, _) = await SendAsync(Api, await MakeAsync(), key);

        Assert.That(status, Is.EqualTo(expected));
        Assert.That(text, Does.Contain(reason));
        var (form, _, _) = await SendFormAsync(await MakeAsync(), key);
        Assert.That(form, Is.EqualTo(expected), "the name is in the package");
        await NothingIsThereAsync();
    }

    [Test]
    public async Task Publish_WithoutAnAccount_IsRefusedWhereEverybodyMay()
    {
        await using var open = await CatalogueServer.StartAsync(
            configure: static o => ((List<string>)o.Security.AnonymousScopes).Add("publish"));
        using var body = new ByteArrayContent([1]);
        var (status, text, _) = await open.AskAsync("POST", Api, body: body);

        Assert.That(status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(text, Does.Contain("expected an account"));
    }

    [TestCase("", "expected a .maas file, got 0 bytes")]
    [TestCase("this is none", "expected")]
    public async Task Publish_NoPackage_IsRefused(string body, string expected)
        => await IsRefusedAsync(Encoding.UTF8.GetBytes(body), HttpStatusCode.BadRequest, expected);

    [Test]
    public async Task Publish_PackageThatIsCutOffOrChanged_IsRefused()
    {
        var package = await MakeAsync();
        await IsRefusedAsync(package[..(package.Length / 2)], HttpStatusCode.BadRequest, "package: expected");
        await IsRefusedAsync(
            await RewrittenAsync(package, "notes/readme.txt", "something else"), HttpStatusCode.BadRequest,
            "notes/readme.txt");
        await IsRefusedAsync(
            await RewrittenAsync(package, "../escaped.txt", "outside"), HttpStatusCode.BadRequest, "escaped.txt");
        await NothingIsThereAsync();
    }

    [TestCase("catalogue/models/..%2Ffresh/versions")]
    [TestCase("catalogue/models/a..b/versions")]
    [TestCase("catalogue/models/.hidden/versions")]
    public async Task Publish_NameThatIsNone_IsRefused(string path)
    {
        var (status, text, _) = await SendAsync(path, await MakeAsync());

        Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest), text);
        Assert.That(text, Does.Contain("without '..'"));
    }

    [Test]
    public async Task Publish_FormsThatAreWrong_AreRefusedByTheirField()
    {
        foreach (var (fields, expected) in new ((string, string)[], string)[]
        {
            ([("name", "../fresh")], "name: expected"), ([("name", "a"), ("name", "b")], "got 'name'"),
            ([("notes", new string('x', 1001))], "notes: expected at most 1000 characters, got 1001"),
            ([("notes", new string('x', 9000))], "notes: expected at most 8192 bytes"),
            ([("stage", "production")], "got 'stage'"),
        })
        {
            var (status, text, _) = await SendFormAsync(await MakeAsync(), "publisher", fields);
            Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest), text);
            Assert.That(WebUtility.HtmlDecode(text), Does.Contain(expected));
        }

        var (without, said, _) = await SendFormAsync(null, ("name", "fresh"));
        Assert.That(without, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(said, Does.Contain("package: expected a .maas file, got none"));
        using var url = new FormUrlEncodedContent([new("name", "fresh")]);
        Assert.That(
            (await _server.AskAsync("POST", Form, "publisher", url)).Status,
            Is.EqualTo(HttpStatusCode.UnsupportedMediaType));
        using var broken = new StringContent(
            "--x\r\nContent-Disposition: form-data; name=\"package\"; filename=\"a\"\r\n");
        broken.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x");
        var (cut, why, _) = await _server.AskAsync("POST", Form, "publisher", broken);
        Assert.That(cut, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(why, Does.Contain("expected a whole form"));
        await NothingIsThereAsync();
    }

    [Test]
    public async Task Publish_SameVersionAgain_IsAConflict_AndItsSignedCopyIsNot()
    {
        var package = await MakeAsync();
        Assert.That((await SendAsync(Api, package)).Status, Is.EqualTo(HttpStatusCode.Created));
        var (status, text, _) = await SendAsync(Api, package);
        Assert.That(status, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That(text, Does.Contain("fresh/1"));

        await File.WriteAllBytesAsync(_folder["signed.maas"], package);
        await SignAsync();
        Assert.That(
            (await SendAsync(Api, await File.ReadAllBytesAsync(_folder["signed.maas"]))).Status,
            Is.EqualTo(HttpStatusCode.Created));
        Assert.That((await _server.Store.VersionsAsync("fresh")).Count, Is.EqualTo(2));
    }

    [Test]
    public async Task Publish_ModelOfWhichSignaturesOrEncryptionAreAsked_NeedsThem()
    {
        var package = await MakeAsync();
        var (status, text, _) = await SendAsync("catalogue/models/guarded/versions", package);
        Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(text, Does.Contain("sign"));
        var (plain, why, _) = await SendAsync("catalogue/models/secret/versions", package);
        Assert.That(plain, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(why, Does.Contain("expected an encrypted package"));

        await File.WriteAllBytesAsync(_folder["signed.maas"], package);
        await SignAsync();
        Assert.That(
            (await SendAsync("catalogue/models/guarded/versions", await File.ReadAllBytesAsync(
                _folder["signed.maas"]))).Status, Is.EqualTo(HttpStatusCode.Created));
        var encrypted = await EncryptedAsync(_recipient);
        Assert.That(
            (await SendAsync("catalogue/models/secret/versions", encrypted)).Status,
            Is.EqualTo(HttpStatusCode.Created));
        Assert.That(
            (await SendAsync("catalogue/models/secret/versions", encrypted)).Status,
            Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That((await _server.Store.GetAsync(ModelReference.Parse("secret/1"))).IsEncrypted);
        using var stranger = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var (closed, reason, _) = await SendAsync(
            "catalogue/models/secret/versions", await EncryptedAsync(stranger));
        Assert.That(closed, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(reason, Does.Contain("key"));
    }

    [TestCase(true), TestCase(false)]
    public async Task Publish_MoreThanIsTaken_IsRefused(bool chunked)
    {
        using var body = new ByteArrayContent(new byte[300_000]);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_server.Server.Address, Api))
        {
            Content = chunked ? new StreamContent(new MemoryStream(new byte[300_000])) : body,
        };
        request.Headers.TransferEncodingChunked = chunked;
        request.Headers.Add("X-Api-Key", _server.Key("publisher"));
        using var client = new HttpClient();
        using var answer = await client.SendAsync(request);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("at most 200000 bytes"));
        await NothingIsThereAsync();
    }

    [Test]
    public async Task Publish_BeyondTheQuota_IsRefused()
    {
        for (var sent = 0; ; sent++)
        {
            Assert.That(sent, Is.LessThan(200), "the quota ends");
            var (status, text, _) = await SendAsync(Api, await MakeAsync(random: 40_000));
            if (status != HttpStatusCode.Created)
            {
                Assert.That(status, Is.EqualTo(HttpStatusCode.TooManyRequests), text);
                Assert.That(text, Does.Contain("at most 150000 bytes of versions that 'publisher' has published"));
                Assert.That(sent, Is.GreaterThan(0));
                break;
            }
        }

        Assert.That(
            (await _server.Store.VersionsAsync("fresh")).Sum(static v => v.Bytes), Is.LessThanOrEqualTo(150_000));
    }

    [Test]
    public async Task Publish_PagesOfOthers_AreRefused()
    {
        foreach (var path in new[] { Api, Form })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_server.Server.Address, path))
            {
                Content = new ByteArrayContent(await MakeAsync()),
            };
            request.Headers.Add("Cookie", $"maas-catalogue-key={_server.Key("publisher")}");
            request.Headers.Add("Origin", "https://evil.example");
            using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false });
            using var answer = await client.SendAsync(request);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden), path);
        }

        await NothingIsThereAsync();
    }

    [Test]
    [Platform("Linux")]
    public async Task Publish_FullDisk_IsSaidAndLeavesNothing()
    {
        foreach (var place in new[] { "uploads", "registry.db-contents" })
        {
            var disk = place == "uploads" ? _folder[place] : Path.Combine(_server.Folder, place);
            if (!await MountAsync("mount", "-t", "tmpfs", "-o", "size=4k", "none", disk))
            {
                Assert.Ignore("a small disk needs root");
            }

            try
            {
                var (status, text, _) = await SendAsync(Api, await MakeAsync(random: 100_000));
                Assert.That(status, Is.EqualTo(HttpStatusCode.ServiceUnavailable), place);
                Assert.That(text, Does.Contain("no room"), place);
            }
            finally
            {
                Assert.That(await MountAsync("umount", disk));
            }

            await NothingIsThereAsync();
        }

        Assert.That((await SendAsync(Api, await MakeAsync())).Status, Is.EqualTo(HttpStatusCode.Created));
    }

    private static async Task<bool> MountAsync(params string[] command)
    {
        using var process = Process.Start(
            new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }

    private async Task IsRefusedAsync(byte[] package, HttpStatusCode expected, string reason)
    {
        foreach (var form in new[] { false, true })
        {
            var (status, text, _) = form ? await SendFormAsync(package) : await SendAsync(Api, package);
            Assert.That(status, Is.EqualTo(expected), text);
            Assert.That(WebUtility.HtmlDecode(text), Does.Contain(reason).And.Not.Contain(_folder.Path));
        }

        await NothingIsThereAsync();
    }

    private async Task NothingIsThereAsync()
    {
        Assert.That(
            (await _server.Store.ListAsync()).Select(static m => (m.Name, m.Versions)),
            Is.EqualTo(new[] { ("digits", 1), ("linear", 3) }));
        Assert.That(Directory.EnumerateFileSystemEntries(_folder["uploads"]), Is.Empty);
    }

    private async Task<(HttpStatusCode Status, string Text, HttpResponseHeaders Headers)> SendAsync(
        string path, byte[] package, string? key = "publisher")
    {
        using var body = new ByteArrayContent(package);
        var (status, text, headers) = await _server.AskAsync("POST", path, key, body);
        return (status, text.Replace("\\u0027", "'", StringComparison.Ordinal), headers);
    }

    private Task<(HttpStatusCode Status, string Text, HttpResponseHeaders Headers)> SendFormAsync(
        byte[]? package, params (string Name, string Value)[] fields) => SendFormAsync(package, "publisher", fields);

    private async Task<(HttpStatusCode Status, string Text, HttpResponseHeaders Headers)> SendFormAsync(
        byte[]? package, string? key, params (string Name, string Value)[] fields)
    {
        using var form = new MultipartFormDataContent();
        // As a browser sends a field whose file was not chosen.
        form.Add(new ByteArrayContent(package ?? []), "package", package is null ? "\"\"" : "fresh.maas");
        foreach (var (name, value) in fields)
        {
            form.Add(new StringContent(value), name);
        }

        return await _server.AskAsync("POST", Form, key, form, "text/html");
    }

    private async Task<byte[]> MakeAsync(int random = 0)
    {
        var path = _folder[$"{++_made}.maas"];
        var noise = new byte[random];
        new Random(1).NextBytes(noise);
        await ModelPackage.CreateAsync(
            path,
            new ModelManifest
            {
                Name = "fresh",
                Inputs = [new TensorSpec("x", ElementType.Float32, [-1, 4])],
                Outputs = [new TensorSpec("y", ElementType.Float32, [-1, 3])],
            },
            new Dictionary<string, PackageContent>
            {
                [ModelPackage.ModelFile] = PackageContent.FromFile(ModelsFolder.Fixture("linear.onnx")),
                ["notes/readme.txt"] = PackageContent.FromBytes(Encoding.UTF8.GetBytes($"package {_made}")),
                ["noise.bin"] = PackageContent.FromBytes(noise),
            });
        return await File.ReadAllBytesAsync(path);
    }

    private async Task<byte[]> EncryptedAsync(ECDiffieHellman recipient)
    {
        using var package = await ModelPackage.OpenAsync(_folder[$"{_made}.maas"]);
        await package.SaveEncryptedAsync(_folder["encrypted.maas"], [recipient], overwrite: true);
        return await File.ReadAllBytesAsync(_folder["encrypted.maas"]);
    }

    private async Task SignAsync()
    {
        using var package = await ModelPackage.OpenAsync(_folder["signed.maas"]);
        await package.SaveSignedAsync(_folder["signed.maas"], _signer, overwrite: true);
    }

    private static async Task<byte[]> RewrittenAsync(byte[] package, string file, string content)
    {
        using var stream = new MemoryStream();
        await stream.WriteAsync(package);
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            archive.GetEntry(file)?.Delete();
            await using var entry = archive.CreateEntry(file).Open();
            await entry.WriteAsync(Encoding.UTF8.GetBytes(content));
        }

        return stream.ToArray();
    }

    private void Configure(MaaSServingOptions options)
    {
        (options.Publishing.Folder, options.Publishing.MaxPackageBytes, options.Publishing.QuotaBytes) = (
            _folder["uploads"], 200_000, 150_000);
        options.Security.Audit = new AuditOptions { Path = _folder["audit.jsonl"] };
        options.Packages = options.Packages with { DecryptionKeys = [_recipient] };
        options.Security.Trust.Models["guarded"] = new ModelTrustOptions
        {
            TrustedKeys = [_folder["signer.pub"]],
            RequireSignature = true,
        };
        options.Security.Trust.Models["secret"] = new ModelTrustOptions { RequireEncryption = true };
    }
}
