using System.Security.Cryptography;
using System.Text;
using MaaS.Core.Packages;
using MaaS.Registry.Exchange;
using MaaS.Tests;

namespace MaaS.Registry.Tests.Exchange;

/// <summary>A signed package to which anybody who may push has let other things refer.</summary>
internal sealed class ReferrersTests
{
    private const string Sha512 = "sha512:0123";

    private TemporaryFolder _folder = null!;
    private FakeRegistry _registry = null!;
    private ModelExchange _exchange = null!;
    private ECDsa _key = null!;
    private string _digest = null!;

    [SetUp]
    public async Task PushPackage()
    {
        _folder = new TemporaryFolder();
        _registry = new FakeRegistry { HasReferrers = true };
        _exchange = new ModelExchange(FakeRegistry.Options);
        _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var package = await TestPackages.MakeAsync(_folder["plain.maas"], "m", new byte[1000]);
        await package.SaveSignedAsync(_folder["signed.maas"], _key);
        var pushed = await _exchange.PushAsync(_registry.At("m:1"), _folder["signed.maas"]);
        _digest = OciReference.Parse(pushed.Reference).Digest!;
    }

    [TearDown]
    public void RemoveFolder()
    {
        _exchange.Dispose();
        _registry.Dispose();
        _key.Dispose();
        _folder.Dispose();
    }

    [TestCase("index")]
    [TestCase("sha512 layer")]
    [TestCase("blob that is gone")]
    [TestCase("sha512 manifest")]
    public async Task PullAndCopy_ReferrerOfAnotherKind_IsPassedOverAndNamed(string kind)
    {
        var referrer = Add(kind);

        var pulled = await _exchange.PullAsync(
            _registry.At("m:1"), _folder["back.maas"], new PackageReadOptions { TrustedKeys = [_key] });

        Assert.That(pulled.IsSigned);
        Assert.That(
            () => _exchange.CopyAsync(_registry.At("m:1"), _registry.At("m:2")),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(referrer)
                .And.Message.Contains("Delete it at the source"));
        Assert.That(_registry.Manifests.ContainsKey("2"), Is.False);
        Assert.That((await _exchange.ListAsync(_registry.At("m")))[0].Tag, Is.EqualTo("1"));
    }

    [Test]
    public async Task Pull_ReferrersOnSeveralPages_FindsTheSignatureOnEach()
    {
        _registry.ReferrersPage = 1;
        for (var i = 0; i < 3; i++)
        {
            _registry.MoreReferrers.Enqueue($"sha256:{new string("0af"[i], 64)}");   // Deleted, and still listed.
        }

        var pulled = await _exchange.PullAsync(
            _registry.At("m:1"), _folder["back.maas"], new PackageReadOptions { TrustedKeys = [_key] });

        Assert.That(pulled.IsSigned);
        Assert.That(
            _registry.Requests.Count(static r => r.Contains("/referrers/", StringComparison.Ordinal)), Is.EqualTo(4));
    }

    [Test]
    public void Pull_ReferrersWithoutEnd_IsRefused()
    {
        _registry.ReferrersPage = 0;

        Assert.That(
            () => _exchange.PullAsync(_registry.At("m:1"), _folder["back.maas"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("1000 pages"));
    }

    [Test]
    public async Task Copy_WithinARegistryOfTokens_AsksForOneThatMayReadTheSource()
    {
        _registry.Token = "a-token";
        _registry.IsEmpty = static path => path.StartsWith("/v2/n/", StringComparison.Ordinal);

        await _exchange.CopyAsync(_registry.At("m:1"), _registry.At("n:1"));

        Assert.That(
            _registry.Requests,
            Has.Some.Contains("scope=repository%3An%3Apull%2Cpush&scope=repository%3Am%3Apull"));
    }

    private string Add(string kind)
    {
        if (kind == "sha512 manifest")
        {
            _registry.MoreReferrers.Enqueue(Sha512);
            return Sha512;
        }

        var subject = $$"""
            "artifactType":"application/vnd.maas.signature.v1",
            "subject":{"mediaType":"a","digest":"{{_digest}}","size":1}
            """;
        var layer = kind == "sha512 layer" ? Sha512 : $"sha256:{new string('0', 64)}";
        const string Signature = "application/vnd.maas.signature.ecdsa-p256-sha256.v1";
        var manifest = Encoding.UTF8.GetBytes(kind == "index"
            ? $$"""
                {"schemaVersion":2,{{subject}},
                "mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}
                """
            : $$"""
                {"schemaVersion":2,{{subject}},
                "config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"{{layer}}","size":2},
                "layers":[{"mediaType":"{{Signature}}","digest":"{{layer}}","size":64}]}
                """);
        var digest = OciDescriptor.DigestOf(manifest);
        _registry.Manifests[digest] = manifest;
        return digest;
    }
}
