using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MaaS.Registry.Versions;

namespace MaaS.Serving.Tests.Catalogue;

/// <summary>Packages that accounts publish, by the API and by the form.</summary>
public sealed class PublishTests : PublishServer
{
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

        var version = await Server.Store.GetAsync(ModelReference.Parse("fresh/1"));
        Assert.That(
            (version.Creator, version.Stage, version.Aliases.Count, version.Approvers.Count),
            Is.EqualTo(("publisher", ModelStage.None, 0, 0)));
        Assert.That((await Server.Store.HistoryAsync("fresh"))[0].Reason, Is.EqualTo("a first try"));
        using var opened = await Server.Store.OpenPackageAsync(version);
        Assert.That(
            await opened.ReadAsync("notes/readme.txt"), Is.EqualTo(Encoding.UTF8.GetBytes($"package {Made}")),
            "every byte");
        foreach (var (key, expected) in new[]
        {
            ("publisher", HttpStatusCode.OK), ("admin", HttpStatusCode.OK), ("reader", HttpStatusCode.NotFound),
        })
        {
            Assert.That(
                (await Server.AskAsync("GET", "catalogue/models/fresh", key)).Status, Is.EqualTo(expected), key);
        }

        Assert.That(Directory.EnumerateFileSystemEntries(Folder["uploads"]), Is.Empty);
        var line = (await File.ReadAllLinesAsync(Folder["audit.jsonl"])).Last();
        Assert.That(line, Does.Contain("\"publisher\"").And.Contain("fresh").And.Contain("published as version 1"));
    }

    [Test]
    public async Task Publish_ModelThatNeedsApproval_WaitsForIt()
    {
        await Server.Store.RequireApprovalAsync("linear", true, new Change("ann"));
        var (status, text, _) = await SendAsync("catalogue/models/linear/versions", await MakeAsync());
        Assert.That(status, Is.EqualTo(HttpStatusCode.Created), text);

        Assert.That(
            () => Server.Store.PromoteAsync(
                ModelReference.Parse("linear/4"), ModelStage.Production, new Change("ann")),
            Throws.InvalidOperationException.With.Message.Contains("approv"));
    }

    [Test]
    public async Task Publish_ByTheForm_TakesNameAndNotesAndLeadsToThePage()
    {
        var (status, text, headers) = await SendFormAsync(await MakeAsync(), ("name", "renamed"), ("notes", "better"));

        Assert.That(status, Is.EqualTo(HttpStatusCode.SeeOther), text);
        Assert.That(headers.Location!.ToString(), Does.EndWith("catalogue/view/renamed/1"));
        Assert.That((await Server.Store.HistoryAsync("renamed"))[0].Reason, Is.EqualTo("better"));
        var (page, html, _) = await Server.AskAsync(
            "GET", "catalogue/view/renamed/1", "publisher", accept: "text/html");
        Assert.That(page, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(html, Does.Contain("not published").And.Contain("publisher: publisher"));

        var (again, _, other) = await SendFormAsync(await MakeAsync(), ("name", ""), ("notes", ""));
        Assert.That(again, Is.EqualTo(HttpStatusCode.SeeOther));
        Assert.That(other.Location!.ToString(), Does.EndWith("catalogue/view/fresh/1"), "the package's own name");
    }

    [Test]
    public async Task Publish_SameVersionAgain_IsAConflict_AndItsSignedCopyIsNot()
    {
        var package = await MakeAsync();
        Assert.That((await SendAsync(Api, package)).Status, Is.EqualTo(HttpStatusCode.Created));
        var (status, text, _) = await SendAsync(Api, package);
        Assert.That(status, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That(text, Does.Contain("fresh/1"));

        await File.WriteAllBytesAsync(Folder["signed.maas"], package);
        await SignAsync();
        Assert.That(
            (await SendAsync(Api, await File.ReadAllBytesAsync(Folder["signed.maas"]))).Status,
            Is.EqualTo(HttpStatusCode.Created));
        Assert.That((await Server.Store.VersionsAsync("fresh")).Count, Is.EqualTo(2));
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

        await File.WriteAllBytesAsync(Folder["signed.maas"], package);
        await SignAsync();
        Assert.That(
            (await SendAsync("catalogue/models/guarded/versions", await File.ReadAllBytesAsync(
                Folder["signed.maas"]))).Status, Is.EqualTo(HttpStatusCode.Created));
        var encrypted = await EncryptedAsync(Recipient);
        Assert.That(
            (await SendAsync("catalogue/models/secret/versions", encrypted)).Status,
            Is.EqualTo(HttpStatusCode.Created));
        Assert.That(
            (await SendAsync("catalogue/models/secret/versions", encrypted)).Status,
            Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That((await Server.Store.GetAsync(ModelReference.Parse("secret/1"))).IsEncrypted);
        using var stranger = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var (closed, reason, _) = await SendAsync(
            "catalogue/models/secret/versions", await EncryptedAsync(stranger));
        Assert.That(closed, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(reason, Does.Contain("key"));
    }
}
