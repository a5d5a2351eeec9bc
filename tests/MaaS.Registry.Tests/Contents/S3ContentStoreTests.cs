using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using MaaS.Core.Packages;
using MaaS.Registry.Contents;
using MaaS.Registry.Storage;
using MaaS.Registry.Versions;
using MaaS.Tests;

namespace MaaS.Registry.Tests.Contents;

/// <summary>What only an object store can do wrong; what every store does, ModelStoreTests try on it as well.</summary>
internal sealed class S3ContentStoreTests
{
    private TemporaryFolder _folder = null!;
    private string _prefix = "";

    private static S3Server Server => S3SetUp.Server;

    [SetUp]
    public void MakeFolder() => (_folder, _prefix) = (new TemporaryFolder(), $"t/{Guid.NewGuid():N}");

    [TearDown]
    public void RemoveFolder()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    [TestCase(0), TestCase(1), TestCase((16 << 20) + 0), TestCase((33 << 20) + 5)]
    public async Task AddAsync_AnySize_ComesBackByteForByte(int size)
    {
        var bytes = Bytes(size);
        var store = Store();
        var entry = await AddAsync(store, bytes);

        Assert.That(entry, Is.EqualTo(new PackageFileEntry(Convert.ToHexStringLower(SHA256.HashData(bytes)), size)));
        Assert.That(await ReadAsync(store, entry), Is.EqualTo(bytes));
        Assert.That(Server.Objects(_prefix), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task AddAsync_WhatIsThere_IsNotSentAgain_AndWhatSomebodyReplacedIs()
    {
        var store = Store();
        var entry = await AddAsync(store, Bytes(1000));
        var file = Server.Objects(_prefix).Single();
        var sent = File.GetLastWriteTimeUtc(file);
        await AddAsync(store, Bytes(1000));
        Assert.That(File.GetLastWriteTimeUtc(file), Is.EqualTo(sent));

        using var client = Client(Server.Contents(_prefix));
        await client.PutObjectAsync(new PutObjectRequest
        {
            BucketName = S3Server.Bucket,
            Key = $"{_prefix}/{entry.Sha256[..2]}/{entry.Sha256}",
            InputStream = new MemoryStream(new byte[1000]),
            UseChunkEncoding = false,
        });
        Assert.That(() => ReadAsync(store, entry), Throws.TypeOf<InvalidDataException>().With.Message.Contains(
            "the content was changed"));
        await AddAsync(store, Bytes(1000));
        Assert.That(await ReadAsync(store, entry), Is.EqualTo(Bytes(1000)));
    }

    [TestCase(100_000), TestCase(3_000_000)]
    public async Task Open_ConnectionThatIsLost_GoesOnWhereItWas(int after)
    {
        var bytes = Bytes(8 << 20);
        var entry = await AddAsync(Store(), bytes);
        using var proxy = new CuttingProxy(Server.Endpoint) { After = after, Cuts = 4 };

        Assert.That(await ReadAsync(Store(proxy.Address), entry), Is.EqualTo(bytes));
        Assert.That(proxy.Cuts, Is.LessThan(4), "the test's point was tried");
    }

    [Test]
    public async Task Open_StoreThatIsGone_SaysSo()
    {
        var entry = await AddAsync(Store(), Bytes(1000));
        Uri gone;
        using (var proxy = new CuttingProxy(Server.Endpoint))
        {
            gone = proxy.Address;
        }

        Assert.That(
            () => ReadAsync(Store(gone), entry),
            Throws.TypeOf<IOException>().With.Message.Contains("expected a store that answers"));
    }

    [Test]
    public async Task AddAsync_ConnectionThatIsLostInTheMiddle_LeavesNoObject()
    {
        using var proxy = new CuttingProxy(Server.Endpoint) { AfterSent = 5 << 20, Cuts = int.MaxValue };

        await AssertFailsAsync<IOException>(() => AddAsync(Store(proxy.Address), Bytes(17 << 20)), "expected");
        Assert.That(Server.Objects(_prefix), Is.Empty);
        Assert.That(
            Directory.EnumerateDirectories(Path.GetTempPath(), "maas-contents-*"), Is.Empty, "nothing is left here");
    }

    [Test]
    public async Task Open_ObjectThatIsCutOff_IsRefused()
    {
        var store = Store();
        var entry = await AddAsync(store, Bytes(1000));
        await File.WriteAllBytesAsync(Server.Objects(_prefix).Single(), Bytes(999));

        Assert.That(
            () => ReadAsync(store, entry),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("expected 1000 bytes"));
    }

    [Test]
    public void Open_NoSuchContent_SaysWhichOne()
        => Assert.That(
            () => ReadAsync(Store(), new PackageFileEntry(new string('a', 64), 1)),
            Throws.TypeOf<FileNotFoundException>().With.Message.Contains(new string('a', 64)));

    [Test]
    public async Task Everything_BucketThatIsMissing_IsSaid()
    {
        var store = Store(bucket: "nothing");
        await AssertFailsAsync<IOException>(() => store.ClaimAsync(default), "the store has none");
        await AssertFailsAsync<IOException>(() => AddAsync(store, [1]), "the store has none");
        await AssertFailsAsync<IOException>(() => store.CollectAsync(NothingAsync, default), "the store has none");
        await AssertFailsAsync<IOException>(
            () => ReadAsync(store, new PackageFileEntry(new string('a', 64), 1)), "the store has none");
    }

    [Test]
    public async Task Everything_WrongKey_IsRefusedWithoutShowingIt()
    {
        var store = Store(key: "UNKNOWNKEY");
        foreach (var call in new Func<Task>[]
        {
            () => store.ClaimAsync(default), () => AddAsync(store, [1]),
            () => store.CollectAsync(NothingAsync, default),
            () => ReadAsync(store, new PackageFileEntry(new string('a', 64), 1)),
        })
        {
            var fault = await AssertFailsAsync<IOException>(call, "the store refused them");
            Assert.That($"{fault}", Does.Not.Contain(S3Server.Secret));
        }
    }

    [Test]
    public async Task ClaimAsync_AnotherRegistrysPlace_IsRefused()
    {
        await Store().ClaimAsync(default);
        await Store().ClaimAsync(default);
        await AssertFailsAsync<InvalidDataException>(
            () => Store(registry: "another").ClaimAsync(default), "those of another one");

        using var client = Client(Server.Contents(_prefix));
        await client.PutObjectAsync(new PutObjectRequest
        {
            BucketName = S3Server.Bucket,
            Key = $"{_prefix}x/photo.jpg",
            ContentBody = "x",
            UseChunkEncoding = false,
        });
        _prefix += "x";
        await AssertFailsAsync<InvalidDataException>(() => Store().ClaimAsync(default), "found something else");
    }

    [Test]
    public async Task CollectAsync_Contents_LeavesWhatIsReferredToAndWhatIsNoContent()
    {
        var store = Store();
        await store.ClaimAsync(default);
        var kept = await AddAsync(store, Bytes(10));
        await AddAsync(store, Bytes(20));
        await AddAsync(store, Bytes(30));

        var collected = await store.CollectAsync(
            () => Task.FromResult<IReadOnlySet<string>>(new HashSet<string> { kept.Sha256 }), default);

        Assert.That((collected.Files, collected.Bytes), Is.EqualTo((2L, 50L)));
        Assert.That(Server.Objects(_prefix).Select(Path.GetFileName), Is.EquivalentTo(
            new[] { $"{kept.Sha256}._S3rver_object", "owner._S3rver_object" }));
    }

    // Whoever collects would delete what is being added and not referred to yet.
    [TestCase("sqlite"), TestCase("postgres")]
    public async Task CollectAsync_WhileSomebodyAdds_Waits(string database)
    {
        var address = database == "sqlite"
            ? $"sqlite:{_folder["registry.db"]};Contents={Server.Contents(_prefix)}"
            : await PostgresServer.NewRegistryAsync(Server.Contents(_prefix));
        var store = await ModelStore.OpenAsync(address);
        var adding = await RegistryAddress.ParseDatabase(address).LockContentsAsync(alone: false, default);
        var also = await RegistryAddress.ParseDatabase(address).LockContentsAsync(alone: false, default);
        var collecting = store.CollectAsync();
        await adding.CheckAsync(default);
        await adding.DisposeAsync();
        Assert.That(() => collecting.IsCompleted, Is.False.After(300));

        await also.DisposeAsync();
        Assert.That((await collecting.WaitAsync(TimeSpan.FromMinutes(1))).Files, Is.Zero);
    }

    [Test]
    public async Task CheckAsync_ConnectionThatWasLost_IsSaid()
    {
        var address = await PostgresServer.NewRegistryAsync(Server.Contents(_prefix));
        var held = await RegistryAddress.ParseDatabase(address).LockContentsAsync(alone: false, default);
        await PostgresServer.RestartAsync();

        await AssertFailsAsync<IOException>(() => held.CheckAsync(default), "which was lost");
        await held.DisposeAsync();
    }

    private static byte[] Bytes(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return bytes;
    }

    private static Task<PackageFileEntry> AddAsync(S3ContentStore store, byte[] bytes)
        => store.AddAsync(async target => await target.WriteAsync(bytes), default);

    private static async Task<byte[]> ReadAsync(S3ContentStore store, PackageFileEntry entry)
    {
        using var target = new MemoryStream();
        await store.CopyAsync(entry, target, default);
        return target.ToArray();
    }

    // It knows nothing of the environment.
    private static AmazonS3Client Client(string contents, string key = S3Server.Key)
        => new(new BasicAWSCredentials(key, S3Server.Secret), S3Clients.Options(S3Address.Parse(contents)));

    private static Task<IReadOnlySet<string>> NothingAsync()
        => Task.FromResult<IReadOnlySet<string>>(new HashSet<string>());

    private static async Task<T> AssertFailsAsync<T>(Func<Task> call, string message)
        where T : Exception
    {
        try
        {
            await call();
        }
        catch (T e)
        {
            Assert.That(e.Message, Does.Contain(message));
            return e;
        }

        throw new AssertionException($"expected a {typeof(T).Name}: {message}");
    }

    private S3ContentStore Store(
        Uri? endpoint = null, string bucket = S3Server.Bucket, string key = S3Server.Key,
        string registry = "registry")
    {
        var contents = Server.Contents(_prefix, endpoint, bucket);
        return new S3ContentStore(
            Client(contents, key), S3Address.Parse(contents), new SqliteDialect(_folder["registry.db"]),
            registry);
    }
}
