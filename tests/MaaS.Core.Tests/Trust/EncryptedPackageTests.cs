using System.Security.Cryptography;
using MaaS.Core.Packages;
using MaaS.Core.Trust;
using MaaS.Tests;

namespace MaaS.Core.Tests.Trust;

/// <summary>Encrypted packages: what comes out is what went in; what was changed does not come out at all.</summary>
public sealed class EncryptedPackageTests
{
    private const int HeaderStart = 11, WrapBytes = 145, MacBytes = 32, ChunkBytes = (1 << 16) + 16;

    private TemporaryFolder _folder = null!;
    private ECDiffieHellman _key = null!, _other = null!;

    [SetUp]
    public void MakeFolder()
    {
        _folder = new TemporaryFolder();
        _key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        _other = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
    }

    [TearDown]
    public void RemoveFolder()
    {
        _folder.Dispose();
        _key.Dispose();
        _other.Dispose();
    }

    [Test]
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(65_536)]
    [TestCase(300_000)]
    public async Task SaveEncrypted_AnySize_OpensForEachRecipientAsItWas(int bytes)
    {
        var path = await SealAsync("sealed.maas", bytes, _key, _other);
        foreach (var key in new[] { _key, _other })
        {
            using var package = await OpenAsync(path, key);
            Assert.That(package.IsEncrypted);
            Assert.That(await package.ReadAsync("model.onnx"), Is.EqualTo(Network(bytes)));
            await package.SaveAsync(_folder["plain"], overwrite: true);
            using var plain = await ModelPackage.OpenAsync(_folder["plain"]);
            Assert.That(plain.Manifest.ToJson(), Is.EqualTo(package.Manifest.ToJson()));
        }

        Assert.That((await ModelPackage.ReadManifestAsync(path, Options(_key))).Name, Is.EqualTo("sealed-model"));
    }

    [Test]
    public async Task SaveEncrypted_SignedPackage_KeepsTheSignature()
    {
        using var author = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await CreateAsync("signed", 1000, new PackageWriteOptions { SigningKey = author });
        using (var package = await ModelPackage.OpenAsync(_folder["signed"]))
        {
            await package.SaveEncryptedAsync(_folder["sealed.maas"], [_key]);
        }

        using var opened = await ModelPackage.OpenAsync(
            _folder["sealed.maas"], Options(_key) with { TrustedKeys = [author] });

        Assert.That(opened.IsSigned);
        Assert.That(
            () => opened.SaveSignedAsync(_folder["again.maas"], author), Throws.InvalidOperationException);
    }

    [Test]
    public async Task Open_WrongKeyOrNone_SaysWhichKeysOpenIt()
    {
        var path = await SealAsync("sealed.maas", 100, _key);

        Assert.That(
            () => OpenAsync(path, _other),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(KeyFingerprint.Of(_key)[..16])
                .And.Message.Contains(KeyFingerprint.Of(_other)[..16]));
        Assert.That(
            () => ModelPackage.OpenAsync(path),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("give a decryption key"));
        Assert.That(() => ModelPackage.ReadManifestAsync(path), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public async Task SaveEncrypted_SameTwice_SharesNoBytes()
    {
        var (one, two) = (await SealAsync("1.maas", 5000, _key), await SealAsync("2.maas", 5000, _key));

        var (first, second) = (await File.ReadAllBytesAsync(one), await File.ReadAllBytesAsync(two));
        Assert.That(first[^4000..], Is.Not.EqualTo(second[^4000..]));
        Assert.That(first[43..108], Is.Not.EqualTo(second[43..108]), "ephemeral keys");
    }

    [Test]
    public async Task SaveEncrypted_WrongRecipients_Throws()
    {
        await CreateAsync("plain", 10);
        using var package = await ModelPackage.OpenAsync(_folder["plain"]);
        using var large = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP384);

        Assert.That(() => package.SaveEncryptedAsync(_folder["x.maas"], []), Throws.ArgumentException);
        Assert.That(() => package.SaveEncryptedAsync(_folder["x.maas"], [large]), Throws.ArgumentException);
        Assert.That(() => package.SaveEncryptedAsync(_folder["folder"], [_key]), Throws.ArgumentException);
        Assert.That(_folder.All(), Has.None.Contains("x.maas").And.None.EqualTo("folder"));
    }

    [Test]
    public async Task Open_TwoThousandManipulations_RefusesEach()
    {
        // Five chunks, of which the last is short, and another file to the same two keys to splice from.
        var path = await SealAsync("sealed.maas", 4 * 65_536 + 1234, _key, _other);
        var whole = await File.ReadAllBytesAsync(path);
        var foreign = await File.ReadAllBytesAsync(await SealAsync("other.maas", 4 * 65_536 + 1234, _key, _other));
        var random = new Random(20_261_130);
        var kinds = new Dictionary<string, int>();
        var refused = 0;
        for (var i = 0; i < 2000; i++)
        {
            var (kind, changed) = Manipulate(whole, foreign, random, i % 10);
            Assert.That(changed.AsSpan().SequenceEqual(whole), Is.False, kind);
            await File.WriteAllBytesAsync(_folder["changed.maas"], changed);
            kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
            try
            {
                using var opened = await OpenAsync(_folder["changed.maas"], _key);
                Assert.Fail($"{i}: {kind}: opened");
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        TestContext.Out.WriteLine(string.Join(", ", kinds.Select(static k => $"{k.Key} {k.Value}")));
        Assert.That(refused, Is.EqualTo(2000));
        using var sound = await OpenAsync(path, _key);   // The untouched file opens all the same.
    }

    [Test]
    public async Task Open_ChangedByte_IsRefusedBeforeTheArchiveIsRead()
    {
        // The archive's own directory is at its end; a changed first chunk would not be noticed by reading that alone.
        var path = await SealAsync("sealed.maas", 300_000, _key);
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[HeaderStart + WrapBytes + MacBytes + 100] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);

        Assert.That(
            () => ModelPackage.ReadManifestAsync(path, Options(_key)),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("chunk 0"));
    }

    private static (string Kind, byte[] Changed) Manipulate(byte[] whole, byte[] foreign, Random random, int kind)
    {
        var (header, chunks) = (HeaderStart + 2 * WrapBytes + MacBytes, (whole.Length - 1) / ChunkBytes);
        var changed = (byte[])whole.Clone();
        switch (kind)
        {
            case 0:
                changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
                return ("bit anywhere", changed);
            case 1:
                changed[random.Next(header)] ^= (byte)(1 << random.Next(8));
                return ("bit in the header", changed);
            case 2:
                return ("cut off", whole[..random.Next(1, whole.Length)]);
            case 3:
                return ("cut off at a chunk", whole[..(header + random.Next(chunks) * ChunkBytes)]);
            case 4:
                var added = new byte[random.Next(1, 2 * ChunkBytes)];
                random.NextBytes(added);
                return ("bytes added", [.. whole, .. added]);
            case 5:
                var (a, b) = (random.Next(4), random.Next(3));
                b = b >= a ? b + 1 : b;
                Chunk(whole, header, a).CopyTo(Chunk(changed, header, b));
                Chunk(whole, header, b).CopyTo(Chunk(changed, header, a));
                return ("chunks exchanged", changed);
            case 6:
                var at = header + random.Next(4) * ChunkBytes;
                return ("chunk left out", [.. whole[..at], .. whole[(at + ChunkBytes)..]]);
            case 7:
                var twice = random.Next(4);
                return ("chunk repeated",
                    [.. whole[..(header + twice * ChunkBytes)], .. Chunk(whole, header, twice),
                        .. whole[(header + twice * ChunkBytes)..]]);
            case 8:
                var spliced = random.Next(4);
                Chunk(foreign, header, spliced).CopyTo(Chunk(changed, header, spliced));
                return ("chunk of another file", changed);
            default:
                return random.Next(2) == 0 ? ("header of another file", [.. foreign[..header], .. whole[header..]])
                    : ("recipient of another file",
                        [.. whole[..HeaderStart], .. foreign[HeaderStart..(HeaderStart + WrapBytes)],
                            .. whole[(HeaderStart + WrapBytes)..]]);
        }
    }

    private static Span<byte> Chunk(byte[] file, int header, int number)
        => file.AsSpan(header + number * ChunkBytes, ChunkBytes);

    private static byte[] Network(int bytes)
    {
        var network = new byte[bytes];
        new Random(bytes).NextBytes(network);   // Does not shrink in the archive.
        return network;
    }

    private static PackageReadOptions Options(ECDiffieHellman key) => new() { DecryptionKeys = [key] };

    private static Task<ModelPackage> OpenAsync(string path, ECDiffieHellman key)
        => ModelPackage.OpenAsync(path, Options(key));

    private Task CreateAsync(string name, int bytes, PackageWriteOptions? options = null)
        => ModelPackage.CreateAsync(
            _folder[name], new ModelManifest { Name = "sealed-model" },
            new Dictionary<string, PackageContent> { ["model.onnx"] = PackageContent.FromBytes(Network(bytes)) },
            options);

    private async Task<string> SealAsync(string name, int bytes, params ECDiffieHellman[] recipients)
    {
        await CreateAsync(name + "-plain", bytes);
        using var package = await ModelPackage.OpenAsync(_folder[name + "-plain"]);
        await package.SaveEncryptedAsync(_folder[name], recipients);
        return _folder[name];
    }
}
