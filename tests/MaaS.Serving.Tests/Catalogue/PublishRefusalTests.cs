using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace MaaS.Serving.Tests.Catalogue;

/// <summary>What is not published, and what is said of it.</summary>
public sealed class PublishRefusalTests : PublishServer
{
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
        var (unpacked, type, _) = await Server.AskAsync("POST", Form, "publisher", url);
        Assert.That(unpacked, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(type, Does.Contain("expected a .maas file"), "it is taken for the bytes of a package");
        foreach (var boundary in new[] { "", $"; boundary={new string('x', 5000)}" })
        {
            Assert.That(
                (await SendAsync(Form, [1], type: $"multipart/form-data{boundary}")).Status,
                Is.EqualTo(HttpStatusCode.UnsupportedMediaType));
        }

        using var broken = new StringContent(
            "--x\r\nContent-Disposition: form-data; name=\"package\"; filename=\"a\"\r\n");
        broken.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x");
        var (cut, why, _) = await Server.AskAsync("POST", Form, "publisher", broken);
        Assert.That(cut, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(why, Does.Contain("expected a whole form"));
        await NothingIsThereAsync();
    }

    [TestCase(true), TestCase(false)]
    public async Task Publish_MoreThanIsTaken_IsRefused(bool chunked)
    {
        using var body = new ByteArrayContent(new byte[300_000]);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Server.Server.Address, Api))
        {
            Content = chunked ? new StreamContent(new MemoryStream(new byte[300_000])) : body,
        };
        request.Headers.TransferEncodingChunked = chunked;
        request.Headers.Add("X-Api-Key", Server.Key("publisher"));
        using var client = new HttpClient();
        using var answer = await client.SendAsync(request);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("at most 200000 bytes"));
        await NothingIsThereAsync();
    }

    // The publisher can mend nothing there, and learns no paths.
    [Test]
    public async Task Publish_KeysOfTheServerThatCannotBeRead_AreTheServersFault()
    {
        await File.WriteAllTextAsync(Folder["signer.pub"], "no key");
        var (status, text, _) = await SendAsync("catalogue/models/guarded/versions", await MakeAsync());

        Assert.That(status, Is.EqualTo(HttpStatusCode.InternalServerError), text);
        Assert.That(text, Does.Contain("its log has the cause").And.Not.Contain("signer"));
        await NothingIsThereAsync();
    }

    [Test]
    public async Task Publish_PagesOfOthers_AreRefused()
    {
        foreach (var path in new[] { Api, Form })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Server.Server.Address, path))
            {
                Content = new ByteArrayContent(await MakeAsync()),
            };
            request.Headers.Add("Cookie", $"maas-catalogue-key={Server.Key("publisher")}");
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
            var disk = place == "uploads" ? Folder[place] : Path.Combine(Server.Folder, place);
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
            Assert.That(WebUtility.HtmlDecode(text), Does.Contain(reason).And.Not.Contain(Folder.Path));
        }

        await NothingIsThereAsync();
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
}
