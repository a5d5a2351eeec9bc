using MaaS.Registry.Fleet;
using MaaS.Registry.Storage;
using MaaS.Registry.Versions;
using MaaS.Tests;
using Microsoft.Data.Sqlite;

namespace MaaS.Registry.Tests.Storage;

internal sealed class DatabaseTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder()
    {
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    [TestCaseSource(nameof(EarlierVersions))]
    public async Task OpenAsync_EarlierSchema_IsBroughtUpToDate(int version)
    {
        var dialect = new SqliteDialect(_folder["registry.db"]);
        await using (var connection = dialect.Connect())
        {
            await connection.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await Migrations.RunAsync(dialect, connection, transaction, default, upTo: version);
            await transaction.CommitAsync();
        }

        var store = await ModelStore.OpenAsync($"sqlite:{_folder["registry.db"]}");
        Assert.That(await store.ListAsync(), Is.Empty);
    }

    [Test]
    public async Task OpenAsync_NewerSchema_IsRefusedAndStaysAsItIs()
    {
        await ModelStore.OpenAsync($"sqlite:{_folder["registry.db"]}");
        await using var connection = new SqliteConnection($"Data Source={_folder["registry.db"]}");
        await connection.OpenAsync();
        await connection.ExecuteAsync("UPDATE maas_schema SET version = 1000", null, default);

        Assert.That(
            () => ModelStore.OpenAsync($"sqlite:{_folder["registry.db"]}"),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("got version 1000; a newer MaaS"));
    }

    [Test]
    public void OpenAsync_NoServer_SaysThatTheDatabaseDoesNotAnswer()
        => Assert.That(
            () => ModelStore.OpenAsync(
                $"postgres:Host=127.0.0.1;Port=1;Username=maas;Database=maas;Contents={_folder.Path}"),
            Throws.TypeOf<IOException>().With.Message.Contains("expected a database that answers"));

    [TestCase("file.db", "something else, which is not shown")]
    [TestCase("postgres:Host=a;Password=secret", "without Contents")]
    public void OpenAsync_NoAddress_ShowsTheFormsAndNoPassword(string address, string expected)
        => Assert.That(
            () => ModelStore.OpenAsync(address),
            Throws.ArgumentException.With.Message.Contains(expected).And.Message.Contains(
                "sqlite:FILE").And.Message.Not.Contains("secret"));

    // Each would be a folder or a file of that name.
    [TestCase("postgres:Host=a;Password=secret;Contents=gs://bucket/secret", "contents at 'gs://'")]
    [TestCase("postgres:Host=a;Password=secret;Contents=", "contents= without a place")]
    [TestCase("sqlite:registry.db;Contents=https://secret.example.org", "contents at 'https://'")]
    [TestCase("sqlite:registry.db;Contents=./secret s3://bucket", "an address with '://'")]
    [TestCase("sqlite:registry.db;Contents= ", "contents= without a place")]
    [TestCase("sqlite:registry.db;Content=s3://bucket/secret", "the part 'Content=', which is none")]
    [TestCase("sqlite:registry.db;Contents=secret;Cache=Shared", "behind contents=")]
    [TestCase("sqlite:s3://bucket/secret.db", "the name of a file with '://'")]
    public void OpenAsync_ContentsThatNobodyReads_AreRefusedByName(string address, string expected)
    {
        Func<Task>[] opens = [() => ModelStore.OpenAsync(address), () => ServerStore.OpenAsync(address)];
        foreach (var open in opens)
        {
            Assert.That(
                () => open(),
                Throws.ArgumentException.With.Message.Contains(expected).And.Message.Contains("sqlite:FILE")
                    .And.Message.Not.Contains("secret"));
        }
    }

    [Test]
    public async Task OpenAsync_FileWithASemicolonInItsName_IsThatFile()
    {
        await ModelStore.OpenAsync($"sqlite:{_folder["a;b=c.db"]}");
        await ModelStore.OpenAsync($"sqlite:{_folder["d;e.db"]};Contents={_folder["files"]}");

        Assert.That(_folder["a;b=c.db"], Does.Exist);
        Assert.That(_folder["d;e.db"], Does.Exist);
        Assert.That(_folder["files"], Does.Exist);
    }

    [Test]
    public async Task AddAsync_ServerThatCrashedBetween_GoesOn()
    {
        var store = await ModelStore.OpenAsync(await PostgresServer.NewRegistryAsync(_folder["contents"]));
        using var package = await TestPackages.MakeAsync(_folder["p.maas"], "digits", 1);
        await store.AddAsync(package);
        await PostgresServer.RestartAsync();

        // The pool's connections are dead; the first call may notice it.
        Assert.That(
            async () =>
            {
                try
                {
                    return (await store.AddAsync(package)).Version;
                }
                catch (System.Data.Common.DbException)
                {
                    return 0;
                }
            },
            Is.EqualTo(2).After(30_000, 100));
        Assert.That((await store.VersionsAsync("digits")).Select(static v => v.Version), Is.EqualTo(new[] { 1, 2 }));
    }

    private static IEnumerable<int> EarlierVersions() => Enumerable.Range(0, Migrations.Newest);
}
