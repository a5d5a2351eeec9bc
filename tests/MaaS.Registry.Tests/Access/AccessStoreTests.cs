using MaaS.Registry.Access;
using MaaS.Registry.Versions;
using MaaS.Tests;
using Microsoft.Data.Sqlite;

namespace MaaS.Registry.Tests.Access;

[TestFixture("sqlite")]
[TestFixture("postgres")]
internal sealed class AccessStoreTests(string database)
{
    private TemporaryFolder _folder = null!;
    private ModelStore _models = null!;
    private AccessStore _access = null!;

    [SetUp]
    public async Task MakeRegistry()
    {
        _folder = new TemporaryFolder();
        var address = database == "sqlite"
            ? $"sqlite:{_folder["registry.db"]}"
            : await PostgresServer.NewRegistryAsync(_folder["registry.db-contents"]);
        _models = await ModelStore.OpenAsync(address);
        _access = await AccessStore.OpenAsync(address);
        using var package = await TestPackages.MakeAsync(_folder["p.maas"], "digits", 1, 2, 3);
        await _models.AddAsync(package);
    }

    [TearDown]
    public void RemoveRegistry()
    {
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    [Test]
    public async Task AskAsync_Twice_StaysTheFirstRequest()
    {
        var first = await _access.AskAsync("digits", "ann", "to compare");
        var second = await _access.AskAsync("digits", "ann", "something else");

        Assert.That(
            (first.Model, first.Who, first.State, first.Reason),
            Is.EqualTo(("digits", "ann", AccessState.Asked, "to compare")));
        Assert.That(second, Is.EqualTo(first));
        Assert.That(await _access.ListAsync(), Is.EqualTo(new[] { first }));
    }

    [Test]
    public async Task DecideAsync_GrantedThenRefusedThenAskedAgain_IsWhatCameLast()
    {
        await _access.AskAsync("digits", "ann", null);
        var granted = await _access.DecideAsync("digits", "ann", granted: true, new Change("bob", "she may"));
        var asked = await _access.AskAsync("digits", "ann", "again");
        var refused = await _access.DecideAsync("digits", "ann", granted: false, new Change("bob"));
        var again = await _access.AskAsync("digits", "ann", "please");

        Assert.That(
            (granted.State, granted.DecidedBy, granted.DecisionReason),
            Is.EqualTo((AccessState.Granted, "bob", "she may")));
        Assert.That(asked, Is.EqualTo(granted), "who has access and asks keeps it");
        Assert.That((refused.State, refused.DecisionReason), Is.EqualTo((AccessState.Refused, (string?)null)));
        Assert.That(
            (again.State, again.Reason, again.Decided),
            Is.EqualTo((AccessState.Asked, "please", (DateTimeOffset?)null)));
    }

    [Test]
    public async Task DecideAsync_NobodyAsked_GivesAccess()
    {
        await _access.DecideAsync("digits", "eve", granted: true, new Change("bob"));

        Assert.That(
            (await _access.ListAsync("digits", "eve")).Select(static r => r.State),
            Is.EqualTo(new[] { AccessState.Granted }));
        Assert.That(await _access.ListAsync("digits", "ann"), Is.Empty);
    }

    [Test]
    public async Task CountDownloadAsync_FromManyAtOnce_LosesNone()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(
            i => _access.CountDownloadAsync("digits", 1, i % 2 == 0 ? "ann" : "bob")));

        Assert.That(
            await _access.DownloadsAsync(), Is.EqualTo(new Dictionary<(string, long), long> { [("digits", 1)] = 20 }));
    }

    [Test]
    public async Task CountDownloadAsync_VersionThatGoes_GoesWithIt()
    {
        await _access.CountDownloadAsync("digits", 1, "ann");
        await _models.DeleteAsync(ModelReference.Parse("digits/1"), new Change("bob"));

        Assert.That(await _access.DownloadsAsync(), Is.Empty);
    }

    [Test]
    public void AskAsync_UnknownModel_SaysSo()
        => Assert.That(
            () => _access.AskAsync("other", "ann", null),
            Throws.TypeOf<KeyNotFoundException>().With.Message.Contains("'other'"));

    [Test]
    public async Task CopyFileAsync_OfAChangedContent_WithholdsTheEnd()
    {
        var version = await _models.GetAsync(ModelReference.Parse("digits"));
        using var whole = new MemoryStream();
        await _models.CopyFileAsync(version, "notes/readme.txt", whole);
        Assert.That(whole.ToArray(), Is.EqualTo("the same everywhere"u8.ToArray()));

        var hash = version.Files["notes/readme.txt"].Sha256;
        await File.WriteAllBytesAsync(
            Directory.EnumerateFiles(_folder.Path, hash, SearchOption.AllDirectories).Single(),
            "the same everywhere?"u8.ToArray()[1..]);
        using var target = new MemoryStream();
        Assert.That(
            () => _models.CopyFileAsync(version, "notes/readme.txt", target),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(hash));
        Assert.That(target.Length, Is.Zero);
        Assert.That(
            () => _models.CopyFileAsync(version, "../registry.db", target), Throws.TypeOf<KeyNotFoundException>());
    }
}
