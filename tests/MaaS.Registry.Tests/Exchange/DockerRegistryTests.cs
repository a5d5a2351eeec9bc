using System.Security.Cryptography;
using System.Text.Json;
using MaaS.Core.Packages;
using MaaS.Registry.Exchange;
using MaaS.Tests;

namespace MaaS.Registry.Tests.Exchange;

/// <summary>Packages through Debian's registry, with skopeo as the client that MaaS did not write.</summary>
internal sealed class DockerRegistryTests
{
    private static readonly string[] Network = ["model.onnx", "notes/readme.txt", "manifest.json"];

    private DockerRegistry _registry = null!;
    private TemporaryFolder _folder = null!;
    private ModelExchange _exchange = null!;
    private ECDsa _key = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _registry = await DockerRegistry.StartAsync();

    [OneTimeTearDown]
    public void Stop() => _registry.Dispose();

    [SetUp]
    public async Task MakePackage()
    {
        _folder = new TemporaryFolder();
        _exchange = new ModelExchange(_registry.Options);
        _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var network = new byte[(5 << 20) + 7];   // Six chunks.
        new Random(1).NextBytes(network);
        using var package = await TestPackages.MakeAsync(_folder["plain.maas"], "digits", network);
        await package.SaveSignedAsync(_folder["signed.maas"], _key);
    }

    [TearDown]
    public void RemoveFolder()
    {
        _exchange.Dispose();
        _key.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task PushAndPull_SignedPackage_ComesBackWithEveryHash([Values("back.maas", "back")] string path)
    {
        var pushed = await _exchange.PushAsync(At("team/digits:1"), _folder["signed.maas"]);
        var pulled = await _exchange.PullAsync(
            At("team/digits:1"), _folder[path], new PackageReadOptions { TrustedKeys = [_key] });

        Assert.That(pulled.IsSigned);
        Assert.That(pulled.Reference, Is.EqualTo(pushed.Reference));
        if (path == "back.maas")
        {
            Assert.That(await HashAsync(_folder[path]), Is.EqualTo(await HashAsync(_folder["signed.maas"])));
        }

        Assert.That((await _exchange.PushAsync(At("team/digits:1"), _folder[path])).Bytes, Is.Zero, "all there");
        Assert.That(_folder.All(), Has.None.Contains(".tmp"));
    }

    [Test]
    public async Task Push_UnderSkopeo_IsAnArtifactWithTheFilesAsTheyAre()
    {
        var pushed = await _exchange.PushAsync(At("seen/digits:1"), _folder["signed.maas"]);

        var raw = await _registry.SkopeoAsync(
            "inspect", [""], "--raw", $"docker://{_registry.Host}/seen/digits:1");
        var manifest = JsonDocument.Parse(raw).RootElement;
        Assert.That(
            "sha256:" + Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(raw))),
            Is.EqualTo(OciReference.Parse(pushed.Reference).Digest));
        Assert.That(
            manifest.GetProperty("artifactType").GetString(),
            Is.EqualTo("application/vnd.cncf.model.manifest.v1+json"));
        Assert.That(
            manifest.GetProperty("config").GetProperty("mediaType").GetString(),
            Is.EqualTo("application/vnd.cncf.model.config.v1+json"));
        var layers = manifest.GetProperty("layers").EnumerateArray().ToDictionary(
            static l => l.GetProperty("annotations").GetProperty("org.cncf.model.filepath").GetString()!);
        Assert.That(layers.Keys, Is.EquivalentTo(Network));
        Assert.That(
            layers["model.onnx"].GetProperty("mediaType").GetString(),
            Is.EqualTo("application/vnd.cncf.model.weight.v1.raw"));

        var tag = OciReference.Parse(pushed.Reference).Digest!.Replace(':', '-');
        var index = JsonDocument.Parse(await _registry.SkopeoAsync(
            "inspect", [""], "--raw", $"docker://{_registry.Host}/seen/digits:{tag}")).RootElement;
        Assert.That(
            index.GetProperty("manifests")[0].GetProperty("artifactType").GetString(),
            Is.EqualTo("application/vnd.maas.signature.v1"), "the fallback tag of registries without referrers");
    }

    [Test]
    public async Task Push_ThroughSkopeoAndBack_KeepsEveryHash()
    {
        var pushed = await _exchange.PushAsync(At("there/digits:1"), _folder["plain.maas"]);
        await _registry.SkopeoAsync(
            "copy", ["src-"], $"docker://{_registry.Host}/there/digits:1", $"oci:{_folder["layout"]}:1");
        await _registry.SkopeoAsync(
            "copy", ["dest-"], $"oci:{_folder["layout"]}:1", $"docker://{_registry.Host}/back/digits:1");

        var pulled = await _exchange.PullAsync(At("back/digits:1"), _folder["back.maas"]);

        Assert.That(pulled.Reference.Split('@')[1], Is.EqualTo(pushed.Reference.Split('@')[1]));
        Assert.That(await HashAsync(_folder["back.maas"]), Is.EqualTo(await HashAsync(_folder["plain.maas"])));
        Assert.That(
            Directory.EnumerateFiles(_folder["layout/blobs/sha256"]).Select(static f => new FileInfo(f).Length),
            Has.Member((5 << 20) + 7), "the network as it is, not packed");
    }

    [Test]
    public async Task Copy_SignedPackage_TakesItsSignatureAlong()
    {
        await _exchange.PushAsync(At("from/digits:1"), _folder["signed.maas"]);
        using var second = await DockerRegistry.StartAsync();
        var logins = _registry.Logins;
        logins.Store(second.Host, new RegistryLogin(DockerRegistry.User, DockerRegistry.Password));
        await File.WriteAllTextAsync(
            _folder["both.crt"],
            await File.ReadAllTextAsync(_registry.AuthorityFile) + "\n"
                + await File.ReadAllTextAsync(second.AuthorityFile));
        using var exchange = new ModelExchange(
            _registry.Options with { Logins = logins, AuthorityFile = _folder["both.crt"] });

        var near = await exchange.CopyAsync(At("from/digits:1"), At("to/digits:2"));
        var far = await exchange.CopyAsync(
            At("from/digits:1"), OciReference.Parse($"{second.Host}/mirror/digits:3"));

        Assert.That((near.Bytes, near.Signatures), Is.EqualTo((0L, 1)), "mounted, not sent");
        Assert.That(far.Signatures, Is.EqualTo(1));
        await exchange.PullAsync(
            OciReference.Parse(far.Reference), _folder["far.maas"], new PackageReadOptions { TrustedKeys = [_key] });
        Assert.That(await HashAsync(_folder["far.maas"]), Is.EqualTo(await HashAsync(_folder["signed.maas"])));
    }

    [Test]
    public async Task List_Repository_TellsTagsAndWhoSigned()
    {
        await _exchange.PushAsync(At("listed/digits:1"), _folder["plain.maas"]);
        await _exchange.PushAsync(At("listed/digits:2"), _folder["signed.maas"]);

        var list = await _exchange.ListAsync(At("listed/digits"));

        Assert.That(list.Select(static m => m.Tag), Is.EqualTo(new[] { "1", "2" }));
        Assert.That(list.Select(static m => m.Name), Has.All.EqualTo("digits"));
        Assert.That(list[0].Digest, Is.EqualTo(list[1].Digest), "the signature refers to the same package");
        Assert.That(() => _exchange.ListAsync(At("no/such")), Throws.TypeOf<KeyNotFoundException>());
    }

    [Test]
    public async Task PushAndPull_EncryptedPackage_StaysSealed()
    {
        using var key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        using (var package = await ModelPackage.OpenAsync(_folder["signed.maas"]))
        {
            await package.SaveEncryptedAsync(_folder["sealed.maas"], [key]);
        }

        await _exchange.PushAsync(At("sealed/digits:1"), _folder["sealed.maas"]);
        var pulled = await _exchange.PullAsync(At("sealed/digits:1"), _folder["back.maas"]);

        Assert.That(pulled.IsEncrypted);
        Assert.That(await HashAsync(_folder["back.maas"]), Is.EqualTo(await HashAsync(_folder["sealed.maas"])));
        Assert.That(
            () => _exchange.PullAsync(
                At("sealed/digits:1"), _folder["x.maas"], new PackageReadOptions { TrustedKeys = [_key] }),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("give a decryption key"));
        await _exchange.PullAsync(
            At("sealed/digits:1"), _folder["x.maas"],
            new PackageReadOptions { TrustedKeys = [_key], DecryptionKeys = [key] });
    }

    [Test]
    public async Task Push_WrongPassword_SaysHowToLogIn()
    {
        var logins = new RegistryLogins(_folder["wrong.json"]);
        logins.Store(_registry.Host, new RegistryLogin("ann", "wrong"));
        using var exchange = new ModelExchange(_registry.Options with { Logins = logins });

        Assert.That(
            () => exchange.PushAsync(At("team/digits:1"), _folder["plain.maas"]),
            Throws.TypeOf<UnauthorizedAccessException>().With.Message.Contains("maas login"));
        await _exchange.CheckLoginAsync(_registry.Host, new RegistryLogin("ann", "secret"));
        Assert.That(
            () => _exchange.CheckLoginAsync(_registry.Host, new RegistryLogin("ann", "wrong")),
            Throws.TypeOf<UnauthorizedAccessException>());
    }

    [Test]
    public void Push_AuthorityThatIsNotKnown_IsRefused()
    {
        using var exchange = new ModelExchange(_registry.Options with { AuthorityFile = null, Attempts = 1 });

        Assert.That(
            () => exchange.PushAsync(At("team/digits:1"), _folder["plain.maas"]),
            Throws.InstanceOf<IOException>().With.Message.Contains("certificate"));
    }

    private OciReference At(string name) => OciReference.Parse($"{_registry.Host}/{name}");

    private static async Task<string> HashAsync(string file)
        => Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(file)));
}
