using System.Runtime.Versioning;
using System.Text;
using MaaS.Registry.Exchange;
using MaaS.Tests;

namespace MaaS.Registry.Tests.Exchange;

/// <summary>A registry that would have a client read, write or wait without end.</summary>
internal sealed class LyingRegistryTests
{
    private TemporaryFolder _folder = null!;
    private FakeRegistry _registry = null!;
    private ModelExchange _exchange = null!;

    [SetUp]
    public async Task MakePackage()
    {
        _folder = new TemporaryFolder();
        _registry = new FakeRegistry();
        _exchange = new ModelExchange(FakeRegistry.Options);
        using var package = await TestPackages.MakeAsync(_folder["m.maas"], "m", new byte[10_500]);
    }

    [TearDown]
    public void RemoveFolder()
    {
        _exchange.Dispose();
        _registry.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void Push_TokenWithoutEnd_IsRefused()
    {
        _registry.Token = new string('a', 2 << 20);

        Assert.That(
            () => _exchange.PushAsync(_registry.At("m:1"), _folder["m.maas"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("at most 1048576 bytes"));
    }

    [TestCase(null, false)]
    [TestCase("a-token", true)]
    public async Task CheckLogin_RegistryThatAsksOrNot_SaysWhetherItDid(string? token, bool expected)
    {
        _registry.Token = token;

        Assert.That(
            await _exchange.CheckLoginAsync(_registry.Host, new RegistryLogin("ann", "secret")), Is.EqualTo(expected));
    }

    [Test]
    public void List_TagsWithoutEnd_IsRefused()
    {
        _registry.HasEndlessTags = true;

        Assert.That(
            () => _exchange.ListAsync(_registry.At("m")),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("1000 pages"));
    }

    [Test]
    public async Task ListAndPull_SizesThatAddUpToNoNumber_AreRefusedByName()
    {
        await _exchange.PushAsync(_registry.At("m:1"), _folder["m.maas"]);
        _registry.Manifests["1"] = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(_registry.Manifests["1"])
            .Replace("\"size\":", $"\"size\":{long.MaxValue / 2 / 100_000}", StringComparison.Ordinal));

        Assert.That((await _exchange.ListAsync(_registry.At("m")))[0].IsModel, Is.False);
        Assert.That(
            () => _exchange.PullAsync(_registry.At("m:1"), _folder["back.maas"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("64 TiB"));
    }

    [Test]
    public void Push_RangeThatDoesNotGrow_IsRefused([Values(0, 1, 1_000_000)] long said)
    {
        _registry.UploadRange = length => length > 1000 ? said : length;

        Assert.That(
            () => _exchange.PushAsync(_registry.At("m:1"), _folder["m.maas"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("between 1001 and 2000 bytes"));
        Assert.That(_registry.Manifests, Is.Empty);
    }

    [Test]
    public void Push_UploadThatIsForgottenAgainAndAgain_IsGivenUp()
    {
        _registry.UploadRange = static length => length > 1000 ? null : length;

        Assert.That(
            () => _exchange.PushAsync(_registry.At("m:1"), _folder["m.maas"]), Throws.InstanceOf<IOException>());
        Assert.That(
            _registry.Requests.Count(static r => r.StartsWith("PATCH", StringComparison.Ordinal)),
            Is.LessThan(40));
    }

    [Test]
    public async Task Pull_ContentThatStopsComing_IsGivenUp()
    {
        await _exchange.PushAsync(_registry.At("m:1"), _folder["m.maas"]);
        _registry.StallsAfter = 500;
        // Long enough for the heads of answers on a machine that is busy: only what stops coming is to be given up.
        using var impatient = new ModelExchange(
            FakeRegistry.Options with { Timeout = TimeSpan.FromSeconds(5), Attempts = 1 });

        Assert.That(
            () => impatient.PullAsync(_registry.At("m:1"), _folder["back.maas"]),
            Throws.InstanceOf<IOException>().With.Message.Contains("to go on within 5 s"));
    }

    [Test]
    [Platform(Exclude = "Win")]
    [UnsupportedOSPlatform("windows")]
    public async Task Copy_ThroughThisMachine_KeepsContentsFromOtherAccounts()
    {
        await _exchange.PushAsync(_registry.At("m:1"), _folder["m.maas"]);
        using var elsewhere = new FakeRegistry();
        List<UnixFileMode> modes = [];
        _registry.OnBlob = (_, bytes) =>
        {
            lock (modes)
            {
                modes.AddRange(
                    Directory.EnumerateDirectories(Path.GetTempPath(), "maas-copy-*").Select(File.GetUnixFileMode));
            }

            return bytes;
        };

        await _exchange.CopyAsync(_registry.At("m:1"), elsewhere.At("m:1"));

        Assert.That(modes, Is.Not.Empty.And.All.EqualTo(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
    }

    [Test]
    public async Task Copy_MoreThanTheLimit_IsRefusedAndLeavesNothing()
    {
        await _exchange.PushAsync(_registry.At("m:1"), _folder["m.maas"]);
        using var elsewhere = new FakeRegistry();
        using var small = new ModelExchange(FakeRegistry.Options with { MaxCopyBytes = 10_000 });

        Assert.That(
            () => small.CopyAsync(_registry.At("m:1"), elsewhere.At("m:1")),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("at most 10000 bytes to copy"));
        Assert.That(elsewhere.Manifests, Is.Empty);
    }
}
