using System.Security.Cryptography;
using System.Text;
using MaaS.Core.Packages;
using MaaS.Registry.Exchange;
using MaaS.Tests;

namespace MaaS.Registry.Tests.Exchange;

/// <summary>Pushes and pulls beside a registry that lies, forgets, moves tags and breaks off.</summary>
internal sealed class ModelExchangeTests
{
    private const int NetworkBytes = 10_500;

    private TemporaryFolder _folder = null!;
    private FakeRegistry _registry = null!;
    private ModelExchange _exchange = null!;
    private ECDsa _key = null!;

    [SetUp]
    public async Task MakePackages()
    {
        _folder = new TemporaryFolder();
        _registry = new FakeRegistry();
        _exchange = new ModelExchange(FakeRegistry.Options);
        _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var one = await TestPackages.MakeAsync(_folder["plain.maas"], "m", Network(1));
        await one.SaveSignedAsync(_folder["one.maas"], _key);
        using var two = await TestPackages.MakeAsync(_folder["two.maas"], "m", Network(2));
    }

    [TearDown]
    public void RemoveFolder()
    {
        _exchange.Dispose();
        _registry.Dispose();
        _key.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task PushAndPull_EitherKindOfReferrers_CarriesTheSignature([Values] bool hasReferrers)
    {
        _registry.HasReferrers = hasReferrers;
        var pushed = await _exchange.PushAsync(_registry.At("m:1"), _folder["one.maas"]);

        await _exchange.PullAsync(
            _registry.At("m:1"), _folder["back.maas"], new PackageReadOptions { TrustedKeys = [_key] });

        Assert.That(await HashAsync("back.maas"), Is.EqualTo(await HashAsync("one.maas")));
        Assert.That(
            _registry.Manifests.ContainsKey(OciReference.Parse(pushed.Reference).Digest!.Replace(':', '-')),
            Is.EqualTo(!hasReferrers), "the fallback tag");
    }

    [Test]
    public async Task Pull_SignatureOfAStrangerBesides_TakesTheOneThatCounts()
    {
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using (var package = await ModelPackage.OpenAsync(_folder["plain.maas"]))
        {
            await package.SaveSignedAsync(_folder["strangers.maas"], stranger);
        }

        await _exchange.PushAsync(_registry.At("m:1"), _folder["strangers.maas"]);
        Assert.That(
            () => PullTrustedAsync(), Throws.TypeOf<InvalidDataException>().With.Message.Contains("got another one"));
        await _exchange.PushAsync(_registry.At("m:1"), _folder["one.maas"]);

        Assert.That((await PullTrustedAsync()).IsSigned);

        Task<PulledModel> PullTrustedAsync() => _exchange.PullAsync(
            _registry.At("m:1"), _folder["back.maas"], new PackageReadOptions { TrustedKeys = [_key] });
    }

    [Test]
    public async Task Push_BrokenUploads_GoesOnWhereTheRegistryHasGot()
    {
        foreach (var bytes in new[] { 300, 0, 999, 1 })
        {
            _registry.Breaks.Enqueue(bytes);
        }

        await _exchange.PushAsync(_registry.At("m:1"), _folder["one.maas"]);

        Assert.That(_registry.Breaks, Is.Empty);
        await _exchange.PullAsync(_registry.At("m:1"), _folder["back.maas"]);
        Assert.That(await HashAsync("back.maas"), Is.EqualTo(await HashAsync("one.maas")));
        Assert.That(
            _registry.Requests.Count(static r => r.StartsWith("GET /v2/x/blobs/uploads/", StringComparison.Ordinal)),
            Is.EqualTo(4), "asked how far each upload had got");
    }

    [Test]
    public async Task Pull_BrokenDownloads_GoesOnInTheMiddle()
    {
        await _exchange.PushAsync(_registry.At("m:1"), _folder["one.maas"]);
        foreach (var bytes in new[] { 500, 90, 5000 })
        {
            _registry.Breaks.Enqueue(bytes);
        }

        await _exchange.PullAsync(_registry.At("m:1"), _folder["back.maas"]);

        Assert.That(_registry.Breaks, Is.Empty);
        Assert.That(await HashAsync("back.maas"), Is.EqualTo(await HashAsync("one.maas")));
    }

    [Test]
    public async Task Push_Interrupted_LeavesNoTagAndSendsTheRestLater()
    {
        using var once = new ModelExchange(FakeRegistry.Options with { Attempts = 1, Parallelism = 1 });
        _registry.Breaks.Enqueue(100);
        Assert.That(() => once.PushAsync(_registry.At("m:1"), _folder["one.maas"]), Throws.InstanceOf<IOException>());
        Assert.That(_registry.Manifests, Is.Empty);

        await _exchange.PushAsync(_registry.At("m:1"), _folder["one.maas"]);
        var again = await _exchange.PushAsync(_registry.At("m:1"), _folder["one.maas"]);

        Assert.That(again.Bytes, Is.Zero);
    }

    [Test]
    public async Task Pull_ContentThatIsNotThere_SaysThatItWasPushedHalf()
    {
        await _exchange.PushAsync(_registry.At("m:1"), _folder["one.maas"]);
        _registry.Blobs.TryRemove("sha256:" + Convert.ToHexStringLower(SHA256.HashData(Network(1))), out _);

        Assert.That(
            () => _exchange.PullAsync(_registry.At("m:1"), _folder["back.maas"]),
            Throws.TypeOf<KeyNotFoundException>().With.Message.Contains("'model.onnx'").And.Message.Contains("half"));
        AssertNothingCame();
    }

    [Test]
    public async Task Pull_RegistryThatLies_IsFoundOut([Values("changed", "longer", "shorter")] string lie)
    {
        await _exchange.PushAsync(_registry.At("m:1"), _folder["one.maas"]);
        _registry.OnBlob = (_, bytes) => bytes.Length != NetworkBytes ? bytes : lie switch
        {
            "changed" => [.. bytes[..^1], (byte)~bytes[^1]],
            "longer" => [.. bytes, 0],
            _ => bytes[..^1],
        };

        Assert.That(
            () => _exchange.PullAsync(_registry.At("m:1"), _folder["back.maas"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("expected"));
        AssertNothingCame();
    }

    [Test]
    public async Task Pull_ManifestThatIsAnother_IsFoundOut()
    {
        var one = await _exchange.PushAsync(_registry.At("m:1"), _folder["one.maas"]);
        await _exchange.PushAsync(_registry.At("m:2"), _folder["two.maas"]);

        _registry.DigestHeader = static _ => "sha256:" + new string('0', 64);
        Assert.That(
            () => _exchange.PullAsync(_registry.At("m:1"), _folder["back.maas"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("expected the manifest sha256:000"));

        // By digest, and with a header that agrees with what was asked for.
        var digest = OciReference.Parse(one.Reference).Digest!;
        _registry.Manifests[digest] = _registry.Manifests["2"];
        _registry.DigestHeader = _ => digest;
        Assert.That(
            () => _exchange.PullAsync(_registry.At($"m@{digest}"), _folder["back.maas"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(digest));
        AssertNothingCame();
    }

    [Test]
    public async Task Pull_TagThatMovesMeanwhile_BringsOnePackageWhole()
    {
        var one = await _exchange.PushAsync(_registry.At("m:1"), _folder["one.maas"]);
        await _exchange.PushAsync(_registry.At("m:other"), _folder["two.maas"]);
        _registry.OnBlob = (_, bytes) =>
        {
            _registry.Manifests["1"] = _registry.Manifests["other"];   // After the first look at the tag.
            return bytes;
        };

        var pulled = await _exchange.PullAsync(
            _registry.At("m:1"), _folder["back.maas"], new PackageReadOptions { TrustedKeys = [_key] });

        Assert.That(pulled.Reference, Is.EqualTo(one.Reference));
        Assert.That(await HashAsync("back.maas"), Is.EqualTo(await HashAsync("one.maas")));
    }

    [TestCase("../../evil.sh")]
    [TestCase("/etc/passwd")]
    [TestCase("a/../b")]
    [TestCase(".hidden")]
    [TestCase("MODEL.onnx")]
    public async Task Pull_FileNamesThatLeadOut_AreRefusedBeforeAnythingIsFetched(string name)
    {
        await _exchange.PushAsync(_registry.At("m:1"), _folder["one.maas"]);
        var manifest = Encoding.UTF8.GetString(_registry.Manifests["1"]);
        _registry.Manifests["1"] = Encoding.UTF8.GetBytes(
            manifest.Replace("notes/readme.txt", name, StringComparison.Ordinal));
        _registry.Requests.Clear();

        Assert.That(
            () => _exchange.PullAsync(_registry.At("m:1"), _folder["back.maas"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(name));
        Assert.That(_registry.Requests, Has.None.Contains("/blobs/"));
        AssertNothingCame();
    }

    [TestCase("{}")]
    [TestCase("[]")]
    [TestCase("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}""")]
    [TestCase("""
        {"schemaVersion":2,"config":{"mediaType":"a","digest":"sha256:../..","size":1},"layers":[]}
        """)]
    public void Pull_NoManifestOfAModel_IsRefused(string manifest)
    {
        _registry.Manifests["1"] = Encoding.UTF8.GetBytes(manifest);

        Assert.That(
            () => _exchange.PullAsync(_registry.At("m:1"), _folder["back.maas"]),
            Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public async Task PushAndPull_BearerToken_IsFetchedFromTheRealm()
    {
        _registry.Token = "a-token";

        await _exchange.PushAsync(_registry.At("m:1"), _folder["one.maas"]);
        await _exchange.PullAsync(_registry.At("m:1"), _folder["back.maas"]);

        Assert.That(
            _registry.Requests, Has.Some.Contains("/token?").And.Some.Contains("scope=repository%3Am%3Apull%2Cpush"));
        Assert.That(await HashAsync("back.maas"), Is.EqualTo(await HashAsync("one.maas")));
    }

    [Test]
    public async Task Pull_ChallengeOfAnotherHost_IsNotAnswered()
    {
        await _exchange.PushAsync(_registry.At("m:1"), _folder["one.maas"]);
        using var other = new FakeRegistry { Token = "a-token" };
        _registry.Redirect = path => path.Contains("/blobs/", StringComparison.Ordinal)
            ? $"http://{other.Host}{path}" : null;
        var logins = new RegistryLogins(_folder["logins.json"]);
        logins.Store(_registry.Host, new RegistryLogin("ann", "secret"));
        using var exchange = new ModelExchange(FakeRegistry.Options with { Logins = logins });

        Assert.That(
            () => exchange.PullAsync(_registry.At("m:1"), _folder["back.maas"]),
            Throws.TypeOf<UnauthorizedAccessException>().With.Message.Contains(other.Host));
        Assert.That(other.Requests, Is.Not.Empty.And.None.Contains("/token"));
    }

    [TestCase("http://models.example/v2/m/blobs/uploads/1", false)]
    [TestCase("ftp://models.example/1", true)]
    public void LocationOf_AddressWithoutTls_IsRefused(string location, bool plainHttp)
    {
        using var response = new HttpResponseMessage
        {
            RequestMessage = new HttpRequestMessage(HttpMethod.Post, "https://models.example/v2/m/blobs/uploads/"),
        };
        response.Headers.Location = new Uri(location);

        Assert.That(
            () => BlobUpload.LocationOf("models.example/m", response, plainHttp),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(location));
        response.Headers.Location = new Uri("1", UriKind.Relative);
        Assert.That(
            BlobUpload.LocationOf("models.example/m", response, plainHttp),
            Is.EqualTo("https://models.example/v2/m/blobs/uploads/1"));
    }

    [TestCase("digits:1")]
    [TestCase("host/digits:1")]
    [TestCase("host.example/Digits:1")]
    [TestCase("host.example/a/../b:1")]
    [TestCase("host.example/digits:1@sha256:abc")]
    [TestCase("host.example/digits:")]
    [TestCase("http://host.example/digits:1")]
    public void Parse_WrongReference_SaysTheRule(string text)
        => Assert.That(() => OciReference.Parse(text), Throws.TypeOf<FormatException>().With.Message.Contains(text));

    [Test]
    public void Parse_Reference_GivesItsParts()
    {
        var digest = "sha256:" + new string('a', 64);
        var reference = OciReference.Parse($"localhost:5000/team/digits:1.0@{digest}");

        Assert.That(reference, Is.EqualTo(new OciReference("localhost:5000", "team/digits", "1.0", digest)));
        Assert.That(reference.IsLoopback);
        Assert.That(reference.ToString(), Is.EqualTo($"localhost:5000/team/digits:1.0@{digest}"));
        Assert.That(OciReference.Parse("models.example/digits").Tag, Is.Null);
        Assert.That(OciReference.Parse("[::1]:5000/digits").IsLoopback);
        Assert.That(OciReference.Parse("models.example/digits").IsLoopback, Is.False);
    }

    [Test]
    public void Store_Login_IsForItsOwnerAloneAndFoundInDockersFileToo()
    {
        var logins = new RegistryLogins(_folder["own.json"], _folder["docker.json"]);
        File.WriteAllText(
            _folder["docker.json"],
            $$$"""{"auths":{"a.example":{"auth":"{{{Convert.ToBase64String("bob:x:y"u8)}}}"},"b.example":{}},"x":1}""");

        Assert.That(logins.Find("a.example"), Is.EqualTo(new RegistryLogin("bob", "x:y")));
        logins.Store("a.example", new RegistryLogin("ann", "secret"));

        Assert.That(logins.Find("a.example"), Is.EqualTo(new RegistryLogin("ann", "secret")), "the own first");
        Assert.That(logins.Find("b.example"), Is.Null);
        Assert.That($"{logins.Find("a.example")}", Does.Not.Contain("secret"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(
                File.GetUnixFileMode(_folder["own.json"]), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }

        logins.Store("a.example", login: null);
        Assert.That(logins.Find("a.example")!.User, Is.EqualTo("bob"));
    }

    private static byte[] Network(int seed)
    {
        var bytes = new byte[NetworkBytes];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private void AssertNothingCame()
        => Assert.That(_folder.All(), Is.EquivalentTo(new[] { "one.maas", "plain.maas", "two.maas" }));

    private async Task<string> HashAsync(string file)
        => Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(_folder[file])));
}
