using MaaS.Core.Packages;
using MaaS.Registry.Mirroring;
using MaaS.Registry.Versions;
using MaaS.Tests;
using Microsoft.Data.Sqlite;

namespace MaaS.Registry.Tests.Mirroring;

internal sealed class RegistryMirrorTests
{
    private static readonly Change Ann = new("ann");

    private TemporaryFolder _folder = null!;
    private ModelStore _store = null!;

    [SetUp]
    public async Task MakeRegistry()
    {
        _folder = new TemporaryFolder();
        _store = await ModelStore.OpenAsync($"sqlite:{_folder["registry.db"]}");
        for (byte i = 1; i <= 2; i++)
        {
            using var package = await TestPackages.MakeAsync(_folder[$"{i}.maas"], "digits", i);
            await _store.AddAsync(package);
        }

        await _store.PromoteAsync(new ModelReference("digits", 1), ModelStage.Production, Ann);
    }

    [TearDown]
    public void RemoveFolder()
    {
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    [Test]
    public async Task SyncAsync_VersionsThatNothingPointsTo_ComeAndGo()
    {
        var mirror = new RegistryMirror(_store, _folder["copies"]);
        Assert.That(await mirror.SyncAsync(), Is.True);
        Assert.That(Versions(), Is.EqualTo(new[] { "1" }));
        Assert.That(await mirror.SyncAsync(), Is.False, "nothing has changed");

        await _store.PromoteAsync(new ModelReference("digits", 2), ModelStage.Production, Ann);
        await _store.SetAliasAsync(new ModelReference("digits", 1), "champion", Ann);
        await mirror.SyncAsync();
        Assert.That(Versions(), Is.EqualTo(new[] { "1", "2" }));
        await _store.RemoveAliasAsync("digits", "champion", Ann);
        await mirror.SyncAsync();
        Assert.That(Versions(), Is.EqualTo(new[] { "2" }));
        using var copy = await ModelPackage.OpenAsync(Path.Combine(_folder["copies"], "digits", "2"));
        Assert.That(await copy.ReadAsync(ModelPackage.ModelFile), Is.EqualTo(new byte[] { 2 }));
    }

    [Test]
    public async Task SyncAsync_FolderOfSomebodyElse_IsRefusedAndStays()
    {
        Directory.CreateDirectory(_folder["models/mine"]);
        Assert.That(
            () => new RegistryMirror(_store, _folder["models"]).SyncAsync(),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("found something else"));
        Assert.That(_folder["models/mine"], Does.Exist);

        await new RegistryMirror(_store, _folder["copies"]).SyncAsync();
        var other = await ModelStore.OpenAsync($"sqlite:{_folder["other.db"]}");
        Assert.That(
            () => new RegistryMirror(other, _folder["copies"]).SyncAsync(), Throws.TypeOf<InvalidDataException>());
        Assert.That(Versions(), Is.EqualTo(new[] { "1" }), "another registry takes nothing away");
    }

    [Test]
    public async Task SyncAsync_WhatKilledProcessesLeft_GoesAndFoldersOfPackagesStay()
    {
        await ModelPackage.CreateAsync(
            _folder["t.maas"], new ModelManifest { Name = "texts" },
            new Dictionary<string, PackageContent>
            {
                [ModelPackage.ModelFile] = PackageContent.FromBytes([1]),
                ["cache.tmp/vocab.txt"] = PackageContent.FromBytes([2]),
            });
        using var package = await ModelPackage.OpenAsync(_folder["t.maas"]);
        await _store.AddAsync(package, new NewVersion { Aliases = ["champion"] });
        var mirror = new RegistryMirror(_store, _folder["copies"]);
        await mirror.SyncAsync();
        Directory.CreateDirectory(_folder["copies/.digits.0.tmp"]);
        Directory.CreateDirectory(_folder["copies/digits/7.0.tmp"]);
        await _store.SetTagAsync(new ModelReference("digits"), "a", "b", Ann);
        await mirror.SyncAsync();

        Assert.That(_folder["copies/.digits.0.tmp"], Does.Not.Exist);
        Assert.That(_folder["copies/digits/7.0.tmp"], Does.Not.Exist);
        Assert.That(_folder["copies/texts/1/cache.tmp/vocab.txt"], Does.Exist);
    }

    [Test]
    public async Task SyncAsync_CopyOfAnotherVersionOfThatNumber_IsReplaced()
    {
        var mirror = new RegistryMirror(_store, _folder["copies"]);
        await mirror.SyncAsync();
        using (var other = await ModelPackage.OpenAsync(_folder["2.maas"]))
        {
            await other.SaveAsync(Path.Combine(_folder["copies"], "digits", "1"), overwrite: true);
        }

        await _store.SetTagAsync(new ModelReference("digits"), "a", "b", Ann);
        await mirror.SyncAsync();
        using var copy = await ModelPackage.OpenAsync(Path.Combine(_folder["copies"], "digits", "1"));
        Assert.That(await copy.ReadAsync(ModelPackage.ModelFile), Is.EqualTo(new byte[] { 1 }));
    }

    [Test]
    public void OpenAsync_CopiedDatabaseBesideAnotherOnesContents_IsRefused()
    {
        Directory.Move(_folder["registry.db-contents"], _folder["lost.db-contents"]);
        Assert.That(
            () => ModelStore.OpenAsync($"sqlite:{_folder["lost.db"]}"),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("those of another one"));
    }

    private string[] Versions()
        => [.. Directory.GetDirectories(Path.Combine(_folder["copies"], "digits")).Select(Path.GetFileName).Order()!];
}
