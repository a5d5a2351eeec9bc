using System.Security.Cryptography;
using MaaS.Core.Packages;
using MaaS.Registry.Mirroring;
using MaaS.Registry.Versions;
using MaaS.Tests;

namespace MaaS.Registry.Tests.Versions;

[TestFixture("sqlite", "folder")]
[TestFixture("postgres", "folder")]
[TestFixture("sqlite", "s3")]
[TestFixture("postgres", "s3")]
internal sealed class ModelStoreTests(string database, string contents)
{
    private static readonly Change Ann = new("ann"), Bob = new("bob", "because");

    private TemporaryFolder _folder = null!;
    private string _address = "", _prefix = "";
    private ModelStore _store = null!;

    [SetUp]
    public async Task MakeRegistry()
    {
        _folder = new TemporaryFolder();
        _prefix = $"registries/{Guid.NewGuid():N}";
        _address = (database, contents) switch
        {
            ("sqlite", "folder") => $"sqlite:{_folder["registry.db"]}",
            ("sqlite", _) => $"sqlite:{_folder["registry.db"]};Contents={S3SetUp.Server.Contents(_prefix)}",
            (_, "folder") => await PostgresServer.NewRegistryAsync(_folder["registry.db-contents"]),
            _ => await PostgresServer.NewRegistryAsync(S3SetUp.Server.Contents(_prefix)),
        };
        _store = await ModelStore.OpenAsync(_address);
    }

    [TearDown]
    public void RemoveRegistry()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    [Test]
    public async Task AddAsync_Package_ComesBackByteForByteWithAllThatWasSaidOfIt()
    {
        using var package = await TestPackages.MakeAsync(_folder["p.maas"], "digits", 1, 2, 3);
        var added = await _store.AddAsync(package, new NewVersion
        {
            Tags = new Dictionary<string, string> { ["team"] = "vision" },
            Aliases = ["champion"],
            Description = "Reads digits.",
            Change = Ann,
        });

        var read = await _store.GetAsync(ModelReference.Parse("digits@champion"));
        Assert.Multiple(() =>
        {
            Assert.That(read.ToString(), Is.EqualTo("digits/1"));
            Assert.That(
                (read.Creator, read.Description, read.Stage), Is.EqualTo(("ann", "Reads digits.", ModelStage.None)));
            Assert.That(read.Tags, Is.EqualTo(new Dictionary<string, string> { ["team"] = "vision" }));
            Assert.That(read.Manifest.Metrics!["accuracy"], Is.EqualTo(0.5));
            Assert.That(read.Created, Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(1)));
            Assert.That(read.Files, Is.EqualTo(added.Files));
        });
        using var opened = await _store.OpenPackageAsync(read);
        await opened.SaveAsync(_folder["out"]);
        await package.SaveAsync(_folder["in"]);
        foreach (var file in Directory.EnumerateFiles(_folder["in"], "*", SearchOption.AllDirectories))
        {
            Assert.That(
                await File.ReadAllBytesAsync(Path.Combine(_folder["out"], Path.GetRelativePath(_folder["in"], file))),
                Is.EqualTo(await File.ReadAllBytesAsync(file)), file);
        }
    }

    [Test]
    public async Task TaggedBytesAsync_VersionsOfSeveralModels_AreAddedUp()
    {
        foreach (var (name, team) in new[] { ("digits", "vision"), ("digits", "text"), ("faces", "vision") })
        {
            using var package = await TestPackages.MakeAsync(_folder[$"{name}-{team}.maas"], name, 1, 2, 3);
            await _store.AddAsync(package, new NewVersion
            {
                Tags = new Dictionary<string, string> { ["team"] = team, ["other"] = "vision" },
                Change = Ann,
            });
        }

        var (first, third) = (
            await _store.GetAsync(ModelReference.Parse("digits/1")), await _store.GetAsync(ModelReference.Parse(
                "faces/1")));
        Assert.That(await _store.TaggedBytesAsync("team", "vision"), Is.EqualTo(first.Bytes + third.Bytes));
        Assert.That(await _store.TaggedBytesAsync("team", "nobody"), Is.Zero);
    }

    [Test]
    public async Task AddAsync_EncryptedPackage_IsKeptAsItIsAndOpensWithItsKeyAlone()
    {
        using var key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var options = new PackageReadOptions { DecryptionKeys = [key] };
        var network = RandomNumberGenerator.GetBytes(200_000);
        using (var plain = await TestPackages.MakeAsync(_folder["plain.maas"], "digits", network))
        {
            await plain.SaveEncryptedAsync(_folder["sealed.maas"], [key]);
        }

        using var package = await ModelPackage.OpenAsync(_folder["sealed.maas"], options);
        var version = await _store.AddAsync(package);

        var sealedBytes = await File.ReadAllBytesAsync(_folder["sealed.maas"]);
        Assert.That(version.IsEncrypted);
        Assert.That(await File.ReadAllBytesAsync(Contents().Single()), Is.EqualTo(sealedBytes));
        using (var opened = await _store.OpenPackageAsync(version, options))
        {
            Assert.That(await opened.ReadAsync(ModelPackage.ModelFile), Is.EqualTo(network));
        }

        Assert.That(
            () => _store.OpenPackageAsync(version, new PackageReadOptions { DecryptionKeys = [other] }),
            Throws.TypeOf<InvalidDataException>());
        var mirror = new RegistryMirror(_store, _folder["copies"], _ => options);
        await _store.PromoteAsync(new ModelReference("digits", 1), ModelStage.Production, Ann);
        await mirror.SyncAsync();
        var copied = _folder["copies/digits/1/sealed.maas"];
        var written = File.GetLastWriteTimeUtc(copied);
        Assert.That(await File.ReadAllBytesAsync(copied), Is.EqualTo(sealedBytes));
        await _store.SetTagAsync(new ModelReference("digits", 1), "team", "vision", Ann);
        await mirror.SyncAsync();
        Assert.That(File.GetLastWriteTimeUtc(copied), Is.EqualTo(written), "not copied again");
        Assert.That(Directory.EnumerateFiles(Path.GetTempPath(), "maas-*"), Is.Empty);
        await File.WriteAllBytesAsync(Contents().Single(), sealedBytes[..^1]);
        Assert.That(() => _store.OpenPackageAsync(version, options), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public async Task AddAsync_EqualFiles_AreStoredOnce()
    {
        await AddAsync("digits", 1);
        var before = Contents().Count;
        await AddAsync("digits", 2);

        Assert.That(
            Contents(), Has.Count.EqualTo(before + 2), "another network and another manifest, but the same notes");
    }

    [Test]
    public async Task PromoteAsync_AnotherVersion_ArchivesTheOneBefore_AndRollbackBringsItBack()
    {
        await AddAsync("digits", 1);
        await AddAsync("digits", 2);
        await AddAsync("digits", 3);
        foreach (var version in new[] { 1, 2, 3 })
        {
            await _store.PromoteAsync(ModelReference.Parse($"digits/{version}"), ModelStage.Production, Bob);
        }

        Assert.That(
            await StagesAsync(), Is.EqualTo(new[] { ModelStage.Archived, ModelStage.Archived, ModelStage.Production }));
        Assert.That((await _store.RollbackAsync("digits", Ann)).Version, Is.EqualTo(2));
        Assert.That(
            (await _store.RollbackAsync("digits", Ann)).Version, Is.EqualTo(1), "a second one goes further back");
        Assert.That(
            await StagesAsync(), Is.EqualTo(new[] { ModelStage.Production, ModelStage.Archived, ModelStage.Archived }));
        Assert.That(
            () => _store.RollbackAsync("digits", Ann),
            Throws.InvalidOperationException.With.Message.Contains("before version 1, got none"));

        var history = await _store.HistoryAsync("digits");
        Assert.That(
            history.Select(static h => $"{h.Action} {h.Version} {h.Previous} {h.Who}"),
            Is.EqualTo(new[]
            {
                $"add 1  {Environment.UserName}", $"add 2  {Environment.UserName}", $"add 3  {Environment.UserName}",
                "promote 1  bob",
                "promote 2 1 bob", "promote 3 2 bob", "rollback 2 3 ann", "rollback 1 2 ann",
            }));
        Assert.That(history[3].Reason, Is.EqualTo("because"));
    }

    [Test]
    public async Task PromoteAsync_ModelThatAsksForApproval_IsRefusedUntilSomebodyElseApproves()
    {
        await AddAsync("digits", 1);
        var first = ModelReference.Parse("digits/1");
        await _store.RequireApprovalAsync("digits", needed: true, Ann);

        Assert.That(
            () => _store.PromoteAsync(first, ModelStage.Production, Bob),
            Throws.InvalidOperationException.With.Message.Contains("approval"));
        Assert.That(
            () => _store.ApproveAsync(first, Change.ByUser()),
            Throws.InvalidOperationException.With.Message.Contains("somebody else"));
        await _store.ApproveAsync(first, Ann);
        await _store.PromoteAsync(first, ModelStage.Production, Bob);
        Assert.That(
            (await _store.GetAsync(ModelReference.Parse("digits@production"))).Approvers, Is.EqualTo(new[] { "ann" }));
    }

    [Test]
    public async Task SetAliasAsync_AliasThatPointsElsewhere_Moves()
    {
        await AddAsync("digits", 1);
        await AddAsync("digits", 2);
        await _store.SetAliasAsync(ModelReference.Parse("digits/1"), "champion", Ann);
        await _store.SetAliasAsync(ModelReference.Parse("digits"), "champion", Ann);

        Assert.That((await _store.GetAsync(ModelReference.Parse("digits@champion"))).Version, Is.EqualTo(2));
        await _store.RemoveAliasAsync("digits", "champion", Ann);
        Assert.That(
            () => _store.GetAsync(ModelReference.Parse("digits@champion")),
            Throws.TypeOf<KeyNotFoundException>().With.Message.Contains("has the versions [2, 1] and the aliases []"));
        Assert.That(
            () => _store.SetAliasAsync(ModelReference.Parse("digits/1"), "production", Ann),
            Throws.ArgumentException.With.Message.Contains("promote"));
    }

    [Test]
    public async Task DeleteAsync_Version_FreesItsFilesAndNeverItsNumber()
    {
        await AddAsync("digits", 1);
        await AddAsync("digits", 2);
        await _store.SetAliasAsync(ModelReference.Parse("digits/2"), "champion", Ann);
        Assert.That(
            () => _store.DeleteAsync(ModelReference.Parse("digits/2"), Ann),
            Throws.InvalidOperationException.With.Message.Contains("[champion]"));

        await _store.RemoveAliasAsync("digits", "champion", Ann);
        await _store.DeleteAsync(ModelReference.Parse("digits/2"), Ann);
        var collected = await _store.CollectAsync();
        await AddAsync("digits", 3);

        Assert.That(
            collected.Files, Is.EqualTo(2), "its network and its manifest; the notes are those of version 1 too");
        Assert.That((await _store.VersionsAsync("digits")).Select(static v => v.Version), Is.EqualTo(new[] { 1, 3 }));
        using var kept = await _store.OpenPackageAsync(await _store.GetAsync(ModelReference.Parse("digits/1")));
        Assert.That(await kept.ReadAsync(ModelPackage.ModelFile), Is.EqualTo(new byte[] { 1 }));
    }

    [Test]
    public async Task AddAsync_ManyAtOnce_EachGetsANumberOfItsOwn()
    {
        using var package = await TestPackages.MakeAsync(_folder["p.maas"], "digits", 1);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 40), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, cancellationToken) =>
        {
            var store = await ModelStore.OpenAsync(_address, cancellationToken: cancellationToken);
            var version = await store.AddAsync(package, cancellationToken: cancellationToken);
            await store.PromoteAsync(
                new ModelReference("digits", version.Version), ModelStage.Production, Ann, cancellationToken);
        });

        Assert.That(
            (await _store.VersionsAsync("digits")).Select(static v => v.Version),
            Is.EqualTo(Enumerable.Range(1, 40).Select(static i => (long)i)));
        Assert.That((await StagesAsync()).Count(static s => s == ModelStage.Production), Is.EqualTo(1));
        var promotions = (await _store.HistoryAsync("digits")).Where(static h => h.Action == "promote").ToArray();
        Assert.That(
            promotions.Skip(1).Select(static h => h.Previous),
            Is.EqualTo(promotions.SkipLast(1).Select(static h => h.Version)), "a chain");
    }

    [Test]
    public async Task OpenPackageAsync_ContentThatWasChanged_IsRefused()
    {
        await AddAsync("digits", 7);
        var version = await _store.GetAsync(ModelReference.Parse("digits"));
        var hash = version.Files[ModelPackage.ModelFile].Sha256;
        var path = Contents().Single(p => p.Contains(hash, StringComparison.Ordinal));
        await File.WriteAllBytesAsync(path, [8]);

        Assert.That(
            () => _store.OpenPackageAsync(version),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("the file was changed"));
    }

    [Test]
    public void GetAsync_UnknownModel_NamesThoseThatAreThere()
        => Assert.That(
            () => _store.GetAsync(ModelReference.Parse("nothing")),
            Throws.TypeOf<KeyNotFoundException>().With.Message.Contains("expected one of the models []"));

    [TestCase("../digits"), TestCase("digits/0"), TestCase("digits/x"), TestCase("a@b@c"), TestCase(""),
        TestCase("di gits")]
    public void Parse_NoReference_IsRefused(string text)
        => Assert.That(() => ModelReference.Parse(text), Throws.TypeOf<FormatException>());

    private async Task AddAsync(string name, byte network)
    {
        using var package = await TestPackages.MakeAsync(_folder[$"{Guid.NewGuid():N}.maas"], name, network);
        await _store.AddAsync(package);
    }

    private async Task<ModelStage[]> StagesAsync()
        => [.. (await _store.VersionsAsync("digits")).Select(static v => v.Stage)];

    // Where the file system or the object store keeps them.
    private List<string> Contents()
        => contents == "s3"
            ? [
                .. S3SetUp.Server.Objects(_prefix)
                    .Where(static f => !Path.GetFileName(f).StartsWith("owner", StringComparison.Ordinal)),
            ]
            : [
                .. Directory.EnumerateFiles(_folder["registry.db-contents"], "*", SearchOption.AllDirectories)
                    .Where(static f => Path.GetFileName(f) is not ("lock" or "owner")),
            ];
}
