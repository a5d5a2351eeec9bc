using System.Net;
using MaaS.Registry.Versions;

namespace MaaS.Serving.Tests.Catalogue;

/// <summary>What one account may publish together.</summary>
public sealed class PublishQuotaTests : PublishServer
{
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
            (await Server.Store.VersionsAsync("fresh")).Sum(static v => v.Bytes), Is.LessThanOrEqualTo(150_000));
    }

    // The registry keeps files unpacked.
    [Test]
    public async Task Publish_PackageThatIsTooLargeOnceItIsUnpacked_IsRefused()
    {
        var package = await MakeAsync(zeros: 150_000);
        Assert.That(package, Has.Length.LessThan(20_000));
        var (status, text, _) = await SendAsync(Api, package);

        Assert.That(status, Is.EqualTo(HttpStatusCode.TooManyRequests), text);
        await NothingIsThereAsync();

        Assert.That((await SendAsync(Api, await MakeAsync(zeros: 100_000))).Status, Is.EqualTo(HttpStatusCode.Created));
        var taken = (await Server.Store.GetAsync(ModelReference.Parse("fresh/1"))).Bytes;
        package = await MakeAsync(zeros: 60_000);
        (status, text, _) = await SendAsync(Api, package);
        Assert.That(status, Is.EqualTo(HttpStatusCode.TooManyRequests), text);
        Assert.That(text, Does.Contain($"more beside {taken};"));
    }

    [Test]
    public async Task Publish_EncryptedPackage_CountsAsTheFileThatIsKept()
    {
        await MakeAsync(zeros: 150_000);
        var encrypted = await EncryptedAsync(Recipient);
        var (status, text, _) = await SendAsync("catalogue/models/secret/versions", encrypted);

        Assert.That(status, Is.EqualTo(HttpStatusCode.Created), text);
        Assert.That(
            (await Server.Store.GetAsync(ModelReference.Parse("secret/1"))).Bytes, Is.EqualTo(encrypted.Length));
    }

    // No package at all: nobody has looked at it.
    [Test]
    public async Task Publish_RequestThatHasNoRoom_IsRefusedBeforeItIsRead()
    {
        var (status, text, _) = await SendAsync(Api, new byte[150_001]);

        Assert.That(status, Is.EqualTo(HttpStatusCode.TooManyRequests), text);
        Assert.That(text, Does.Contain("got 150001 more beside 0"));
    }
}
