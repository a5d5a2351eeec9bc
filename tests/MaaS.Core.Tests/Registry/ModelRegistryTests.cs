using MaaS.Core.Packages;
using MaaS.Core.Registry;
using MaaS.Tests;

namespace MaaS.Core.Tests.Registry;

public sealed class ModelRegistryTests
{
    private TemporaryFolder _folder = null!;
    private ModelRegistry _registry = null!;
    private ModelPackage _package = null!;

    [SetUp]
    public async Task MakeRegistry()
    {
        _folder = new TemporaryFolder();
        _registry = new ModelRegistry(_folder["registry"]);
        await ModelPackage.CreateAsync(
            _folder["p.maas"],
            new ModelManifest { Name = "digits" },
            new Dictionary<string, PackageContent> { [ModelPackage.ModelFile] = PackageContent.FromBytes([1, 2, 3]) });
        _package = await ModelPackage.OpenAsync(_folder["p.maas"]);
    }

    [TearDown]
    public void RemoveRegistry()
    {
        _package.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task Register_Twice_CountsVersions()
    {
        var first = await _registry.RegisterAsync(_package);
        var second = await _registry.RegisterAsync(_package);

        Assert.That((first.Version, second.Version), Is.EqualTo((1, 2)));
        Assert.That(_registry.List(), Is.EqualTo(new[] { "digits" }));
        Assert.That(_registry.Get("digits").Version, Is.EqualTo(2));
        Assert.That(_registry.Get("digits", 1).Location, Is.EqualTo(first.Location));
        using var stored = await ModelPackage.OpenAsync(second.Location);
        Assert.That(await stored.ReadAsync(ModelPackage.ModelFile), Is.EqualTo(new byte[] { 1, 2, 3 }));
    }

    [Test]
    public async Task Register_AfterAKilledRegistration_RemovesWhatItLeftAndNotOneThatIsUnderWay()
    {
        var folder = Path.GetDirectoryName((await _registry.RegisterAsync(_package)).Location)!;
        var stale = Directory.CreateDirectory(Path.Combine(folder, ".killed.incoming")).FullName;
        await File.WriteAllTextAsync(Path.Combine(stale, "model.onnx"), "half");
        await File.WriteAllTextAsync(stale + ".lock", "");   // nobody holds it
        var live = Directory.CreateDirectory(Path.Combine(folder, ".live.incoming")).FullName;
        await using (var held = new FileStream(
            live + ".lock", FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None))
        {
            await _registry.RegisterAsync(_package);
            Assert.That(Directory.Exists(stale), Is.False);
            Assert.That(Directory.Exists(live));
        }

        Directory.Delete(live);
        File.Delete(live + ".lock");
        Assert.That(
            Directory.EnumerateFileSystemEntries(folder, ".*").Select(Path.GetFileName),
            Is.EquivalentTo(new[] { ".lock" }));
        Assert.That(_registry.Get("digits").Version, Is.EqualTo(2));
    }

    [Test]
    public async Task Register_Concurrently_GivesDistinctVersionsWithoutGaps()
    {
        var registered = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            using var package = await ModelPackage.OpenAsync(_folder["p.maas"]);
            return await new ModelRegistry(_registry.Root).RegisterAsync(package);
        })));

        Assert.That(registered.Select(r => r.Version).Order(), Is.EqualTo(Enumerable.Range(1, 16)));
        Assert.That(Directory.EnumerateDirectories(Path.Combine(_registry.Root, "digits")), Has.Exactly(16).Items);
    }

    [Test]
    public async Task Register_Cancelled_LeavesNoVersion()
    {
        Assert.That(
            () => _registry.RegisterAsync(_package, cancellationToken: new CancellationToken(canceled: true)),
            Throws.InstanceOf<OperationCanceledException>());

        Assert.That(_registry.List(), Is.Empty);
        Assert.That((await _registry.RegisterAsync(_package)).Version, Is.EqualTo(1));
    }

    [Test]
    public async Task Label_MovesAndProtectsFromDeletion()
    {
        await _registry.RegisterAsync(_package);
        await _registry.RegisterAsync(_package);
        await _registry.SetLabelAsync("digits", "stable", 1);
        Assert.That(_registry.GetByLabel("digits", "stable").Version, Is.EqualTo(1));

        await _registry.SetLabelAsync("digits", "stable", 2);

        Assert.That(_registry.GetByLabel("digits", "stable").Version, Is.EqualTo(2));
        Assert.That(_registry.Get("digits", 1).Labels, Is.Empty);
        Assert.That(
            () => _registry.DeleteAsync("digits", 2),
            Throws.InvalidOperationException.With.Message.Contains("[stable]"));
        Assert.That(await _registry.RemoveLabelAsync("digits", "stable"));
        Assert.That(await _registry.RemoveLabelAsync("digits", "stable"), Is.False);
        await _registry.DeleteAsync("digits", 2);
        Assert.That(_registry.Get("digits").Version, Is.EqualTo(1));
    }

    [Test]
    public async Task Delete_LatestVersion_NumberIsNotGivenAgain()
    {
        await _registry.RegisterAsync(_package);
        await _registry.DeleteAsync("digits", 1);

        Assert.That(_registry.List(), Is.Empty);
        Assert.That((await _registry.RegisterAsync(_package)).Version, Is.EqualTo(2));
    }

    [Test]
    public async Task Get_Unknown_NamesWhatThereIs()
    {
        await _registry.RegisterAsync(_package);

        Assert.That(
            () => _registry.Get("digit"),
            Throws.TypeOf<KeyNotFoundException>().With.Message.Contains("[digits], got 'digit'"));
        Assert.That(
            () => _registry.Get("digits", 7),
            Throws.TypeOf<KeyNotFoundException>().With.Message.Contains("[1], got 7"));
        Assert.That(() => _registry.GetByLabel("digits", "stable"), Throws.TypeOf<KeyNotFoundException>());
        Assert.That(() => _registry.SetLabelAsync("digits", "stable", 9), Throws.TypeOf<KeyNotFoundException>());
    }

    [TestCase("")]
    [TestCase("..")]
    [TestCase("a..b")]
    [TestCase("a/b")]
    [TestCase("a\\b")]
    [TestCase(".hidden")]
    [TestCase("a b")]
    [TestCase("a\n")]
    [TestCase("modèle")]
    public void AnyCall_BadName_Throws(string name)
    {
        Assert.That(() => _registry.RegisterAsync(_package, name), Throws.ArgumentException);
        Assert.That(() => _registry.Get(name), Throws.ArgumentException);
        Assert.That(() => _registry.SetLabelAsync("digits", name, 1), Throws.ArgumentException);
        Assert.That(() => _registry.Versions(new string('a', 129)), Throws.ArgumentException);
    }
}
