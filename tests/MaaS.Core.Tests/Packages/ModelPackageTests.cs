using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MaaS.Core.Packages;
using MaaS.Core.Trust;
using MaaS.Onnx;
using MaaS.Onnx.Inference;
using MaaS.Tests;

namespace MaaS.Core.Tests.Packages;

public sealed class ModelPackageTests
{
    private TemporaryFolder _folder = null!;

    private static ModelManifest Manifest => new()
    {
        Name = "linear",
        Version = "1.2.0",
        Task = ModelManifest.Classification,
        Created = new DateTimeOffset(2024, 5, 17, 12, 0, 0, TimeSpan.Zero),
        Inputs = [new TensorSpec("x", ElementType.Float32, [-1, 4]) { AxisNames = ["batch", null] }],
        Outputs = [new TensorSpec("y", ElementType.Float32, [-1, 3])],
        Preprocessing = new ImagePreprocessing(1 / 255d, [0.5], [0.25]),
        Labels = ["a", "b", "c"],
        Metrics = new Dictionary<string, double> { ["accuracy"] = 0.97 },
        Lineage = new ModelLineage { Hyperparameters = new Dictionary<string, string> { ["seed"] = "1" } },
    };

    private static Dictionary<string, PackageContent> Files => new()
    {
        ["model.onnx"] = PackageContent.FromFile(
            Path.Combine(TestContext.CurrentContext.TestDirectory, "Packages", "Fixtures", "linear.onnx")),
        ["report/index.html"] = PackageContent.FromBytes("<p>97 %</p>"u8.ToArray()),
    };

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void FromJson_Geometry_IsKeptAndChecked()
    {
        var geometry = new ImageGeometry { ResizeShorter = 36, CropHeight = 32, CropWidth = 32 };
        var manifest = Manifest with { Preprocessing = new ImagePreprocessing(1, [0], [1]) { Geometry = geometry } };
        Assert.That(ModelManifest.FromJson(manifest.ToJson()).Preprocessing!.Geometry, Is.EqualTo(geometry));

        var wrong = manifest.Preprocessing with { Geometry = new ImageGeometry { CropWidth = 3 } };
        var faulty = manifest with { Preprocessing = wrong };
        Assert.That(
            faulty.Faults(),
            Has.Some.Contains("preprocessing.geometry: cropHeight and cropWidth: expected both or none"));
    }

    [Test]
    public async Task Create_OverwriteOfAFolderThatIsNoPackage_KeepsTheFolder()
    {
        Directory.CreateDirectory(_folder["documents"]);
        await File.WriteAllTextAsync(_folder["documents/thesis.txt"], "years of work");

        Assert.That(
            () => ModelPackage.CreateAsync(
                _folder["documents"], Manifest, Files, new PackageWriteOptions { Overwrite = true }),
            Throws.TypeOf<IOException>().With.Message.Contains("no model package"));
        Assert.That(_folder.All(), Is.EqualTo(new[] { "documents", "documents/thesis.txt" }));
    }

    [Test]
    public async Task Create_OverwriteOfAnEmptyFolder_Replaces()
    {
        Directory.CreateDirectory(_folder["p"]);

        await ModelPackage.CreateAsync(_folder["p"], Manifest, Files, new PackageWriteOptions { Overwrite = true });

        using var package = await ModelPackage.OpenAsync(_folder["p"]);
        Assert.That(package.Manifest.Name, Is.EqualTo("linear"));
    }

    [TestCase("""{"formatVersion":1,"name":"m","labels":["a",null]}""", "labels")]
    [TestCase("""{"formatVersion":1,"name":"m","inputs":[null]}""", "inputs")]
    [TestCase("""{"formatVersion":1,"name":"m","outputs":[null]}""", "outputs")]
    public void FromJson_NullInAList_NamesIt(string json, string member)
        => Assert.That(
            () => ModelManifest.FromJson(Encoding.UTF8.GetBytes(json)),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(member));

    [TestCase("p.maas")]
    [TestCase("p")]
    public async Task CreateAndOpen_FileOrFolder_RoundTrips(string name)
    {
        await ModelPackage.CreateAsync(_folder[name], Manifest, Files);

        using var package = await ModelPackage.OpenAsync(_folder[name]);
        using var model = InferenceModel.Load(await package.ReadAsync(ModelPackage.ModelFile), package.Manifest.Name);

        Assert.That(model.Inputs, Is.EqualTo(package.Manifest.Inputs));
        Assert.That(package.Manifest.Preprocessing!.Std, Is.EqualTo(new[] { 0.25 }));
        Assert.That(package.Manifest.Inputs[0].AxisNames, Is.EqualTo(new[] { "batch", null }));
        Assert.That(package.Manifest.Metrics!["accuracy"], Is.EqualTo(0.97));
        Assert.That(Encoding.UTF8.GetString(await package.ReadAsync("report/index.html")), Is.EqualTo("<p>97 %</p>"));
        Assert.That(
            package.Manifest.Files["report/index.html"].Sha256,
            Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData("<p>97 %</p>"u8))));
        Assert.That(_folder.All().Where(f => f.EndsWith(".tmp", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public async Task Create_SameContent_GivesSameArchive()
    {
        await ModelPackage.CreateAsync(_folder["a.maas"], Manifest, Files);
        await ModelPackage.CreateAsync(_folder["b.maas"], Manifest, Files);

        Assert.That(
            await File.ReadAllBytesAsync(_folder["a.maas"]),
            Is.EqualTo(await File.ReadAllBytesAsync(_folder["b.maas"])));
    }

    [Test]
    public async Task Manifest_Json_IsCamelCaseWithNumPyTypes()
    {
        await ModelPackage.CreateAsync(_folder["p"], Manifest, Files);

        var root = JsonDocument.Parse(await File.ReadAllBytesAsync(_folder["p/manifest.json"])).RootElement;

        Assert.That(root.GetProperty("inputs")[0].GetProperty("type").GetString(), Is.EqualTo("float32"));
        Assert.That(
            root.GetProperty("files").GetProperty("model.onnx").GetProperty("size").GetInt64(), Is.EqualTo(205));
        Assert.That(root.GetProperty("formatVersion").GetInt32(), Is.EqualTo(1));
    }

    [TestCase("p.maas")]
    [TestCase("p")]
    public async Task Create_ExistingPackage_IsKeptUnlessOverwritten(string name)
    {
        await ModelPackage.CreateAsync(_folder[name], Manifest, Files);

        Assert.That(
            () => ModelPackage.CreateAsync(_folder[name], Manifest with { Name = "other" }, Files),
            Throws.InstanceOf<IOException>());
        await ModelPackage.CreateAsync(
            _folder[name], Manifest with { Name = "new" }, Files, new PackageWriteOptions { Overwrite = true });

        using var package = await ModelPackage.OpenAsync(_folder[name]);
        Assert.That(package.Manifest.Name, Is.EqualTo("new"));
        Assert.That(Directory.EnumerateFileSystemEntries(_folder.Path), Has.Exactly(1).Items);
    }

    [TestCase("p.maas")]
    [TestCase("p")]
    public void Create_SourceMissing_LeavesNothing(string name)
    {
        var files = Files;
        files["z.bin"] = PackageContent.FromFile(_folder["missing"]);

        Assert.That(
            () => ModelPackage.CreateAsync(_folder[name], Manifest, files), Throws.TypeOf<FileNotFoundException>());
        Assert.That(_folder.All(), Is.Empty);
    }

    [Test]
    public void Create_FaultyManifest_NamesEveryFault()
    {
        var faulty = Manifest with
        {
            Name = "../evil",
            Labels = ["a", "a"],
            Preprocessing = new ImagePreprocessing(1, [0, 0], [1]),
        };
        var files = Files;
        files["../x"] = PackageContent.FromBytes([]);

        Assert.That(
            () => ModelPackage.CreateAsync(_folder["p"], faulty, files),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("'../evil'").And.Message.Contains("labels")
                .And.Message.Contains("preprocessing").And.Message.Contains("'../x'"));
    }

    [Test]
    public void Create_WithoutModel_Throws()
        => Assert.That(
            () => ModelPackage.CreateAsync(_folder["p"], Manifest, new Dictionary<string, PackageContent>()),
            Throws.ArgumentException);

    [TestCase("p.maas", "q")]
    [TestCase("p", "q.maas")]
    public async Task Save_OtherForm_KeepsManifestBytes(string from, string to)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await ModelPackage.CreateAsync(_folder[from], Manifest, Files, new PackageWriteOptions { SigningKey = key });
        using var package = await ModelPackage.OpenAsync(_folder[from]);

        await package.SaveAsync(_folder[to]);

        using var copy = await ModelPackage.OpenAsync(_folder[to], new PackageReadOptions { TrustedKeys = [key] });
        Assert.That(copy.Manifest.ToJson(), Is.EqualTo(package.Manifest.ToJson()));
        Assert.That(copy.IsSigned);
    }

    [Test]
    public async Task Open_ChangedByte_Throws()
    {
        await ModelPackage.CreateAsync(_folder["p"], Manifest, Files);
        var model = await File.ReadAllBytesAsync(_folder["p/model.onnx"]);
        model[^1] ^= 1;
        await File.WriteAllBytesAsync(_folder["p/model.onnx"], model);

        Assert.That(
            () => ModelPackage.OpenAsync(_folder["p"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("the file was changed"));
    }

    [Test]
    public async Task Read_ChangedAfterOpen_Throws()
    {
        await ModelPackage.CreateAsync(_folder["p"], Manifest, Files);
        using var package = await ModelPackage.OpenAsync(_folder["p"]);
        await File.WriteAllTextAsync(_folder["p/report/index.html"], "<p>99 %</p>");

        Assert.That(() => package.ReadAsync("report/index.html"), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public async Task Open_MissingOrExtraFile_Throws()
    {
        await ModelPackage.CreateAsync(_folder["missing"], Manifest, Files);
        await ModelPackage.CreateAsync(_folder["extra"], Manifest, Files);
        File.Delete(_folder["missing/report/index.html"]);
        await File.WriteAllTextAsync(_folder["extra/run.sh"], "rm -rf /");

        Assert.That(
            () => ModelPackage.OpenAsync(_folder["missing"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("found none"));
        Assert.That(
            () => ModelPackage.OpenAsync(_folder["extra"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("'run.sh'"));
    }

    [Test]
    public async Task Open_FolderWithSymbolicLink_Throws()
    {
        await ModelPackage.CreateAsync(_folder["p"], Manifest, Files);
        File.Move(_folder["p/model.onnx"], _folder["elsewhere"]);
        File.CreateSymbolicLink(_folder["p/model.onnx"], _folder["elsewhere"]);

        Assert.That(
            () => ModelPackage.OpenAsync(_folder["p"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("symbolic link"));
    }

    [TestCase("../evil.txt", 0, "'../evil.txt'")]
    [TestCase("/etc/passwd", 0, "'/etc/passwd'")]
    [TestCase("a\\..\\..\\b", 0, "relative path")]
    [TestCase("c:evil", 0, "relative path")]
    [TestCase("folder/", 0, "relative path")]
    [TestCase("a/./b", 0, "relative path")]
    [TestCase("model.onnx", 0, "twice")]
    [TestCase("MODEL.onnx", 0, "twice")]
    [TestCase("link", 0xA1FF << 16, "symbolic link")]
    public async Task Open_HarmfulZipEntry_Throws(string entry, int attributes, string message)
    {
        await ModelPackage.CreateAsync(_folder["p.maas"], Manifest, Files);
        await using (var archive = await ZipFile.OpenAsync(_folder["p.maas"], ZipArchiveMode.Update))
        {
            var evil = archive.CreateEntry(entry);
            evil.ExternalAttributes = attributes;
        }

        Assert.That(
            () => ModelPackage.OpenAsync(_folder["p.maas"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(message));
    }

    [Test]
    public async Task Open_OverLimits_Throws()
    {
        await ModelPackage.CreateAsync(_folder["p.maas"], Manifest, Files);

        foreach (var limits in new PackageReadOptions[]
        {
            new() { MaxFileBytes = 100 }, new() { MaxTotalBytes = 300 }, new() { MaxFiles = 2 },
        })
        {
            Assert.That(
                () => ModelPackage.OpenAsync(_folder["p.maas"], limits),
                Throws.TypeOf<InvalidDataException>().With.Message.Contains("at most"));
        }
    }

    // An archive may declare a small size and unpack to a large one.
    [Test]
    public async Task Open_ZipThatLiesAboutItsSize_Throws()
    {
        var files = Files;
        files["big.bin"] = PackageContent.FromBytes(new byte[1_000_000]);
        await ModelPackage.CreateAsync(_folder["p.maas"], Manifest, files);
        var bytes = await File.ReadAllBytesAsync(_folder["p.maas"]);
        var real = BitConverter.GetBytes(1_000_000);
        for (var i = 0; i < bytes.Length - 4; i++)
        {
            if (bytes.AsSpan(i, 4).SequenceEqual(real))
            {
                BitConverter.GetBytes(1000).CopyTo(bytes, i);
            }
        }

        await File.WriteAllBytesAsync(_folder["p.maas"], bytes);

        Assert.That(() => ModelPackage.OpenAsync(_folder["p.maas"]), Throws.TypeOf<InvalidDataException>());
    }

    [TestCase("not a zip")]
    [TestCase("")]
    public async Task Open_NoArchive_Throws(string content)
    {
        await File.WriteAllTextAsync(_folder["p.maas"], content);

        Assert.That(
            () => ModelPackage.OpenAsync(_folder["p.maas"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("p.maas"));
    }

    [Test]
    public void Open_Nothing_Throws()
        => Assert.That(() => ModelPackage.OpenAsync(_folder["none"]), Throws.TypeOf<FileNotFoundException>());

    [TestCase("{")]
    [TestCase("null")]
    [TestCase("""{"formatVersion":1}""")]
    [TestCase("""{"name":"a","name":"b"}""")]
    [TestCase("""{"name":null}""")]
    [TestCase("""{"name":"a","formatVersion":2}""")]
    [TestCase("""{"name":"a","files":{"x":{"sha256":"00","size":1}}}""")]
    [TestCase("""{"name":"a","inputs":[{"name":"x","type":"float99","shape":[]}]}""")]
    public async Task Open_BrokenManifest_Throws(string manifest)
    {
        await ModelPackage.CreateAsync(_folder["p"], Manifest, Files);
        await File.WriteAllTextAsync(_folder["p/manifest.json"], manifest);

        Assert.That(
            () => ModelPackage.OpenAsync(_folder["p"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("manifest.json"));
    }

    [Test]
    public async Task Open_TrustedKeys_AcceptsOnlyTheirSignatures()
    {
        using var mine = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await ModelPackage.CreateAsync(
            _folder["signed"], Manifest, Files, new PackageWriteOptions { SigningKey = mine });
        await ModelPackage.CreateAsync(_folder["unsigned"], Manifest, Files);

        using var package = await ModelPackage.OpenAsync(
            _folder["signed"], new PackageReadOptions { TrustedKeys = [other, mine] });

        Assert.That(package.IsSigned);
        Assert.That(
            () => ModelPackage.OpenAsync(_folder["signed"], new PackageReadOptions { TrustedKeys = [other] }),
            Throws.TypeOf<InvalidDataException>());
        Assert.That(
            () => ModelPackage.OpenAsync(_folder["unsigned"], new PackageReadOptions { TrustedKeys = [mine] }),
            Throws.TypeOf<InvalidDataException>());

        var manifest = await File.ReadAllTextAsync(_folder["signed/manifest.json"]);
        await File.WriteAllTextAsync(
            _folder["signed/manifest.json"], manifest.Replace("1.2.0", "1.2.1", StringComparison.Ordinal));
        Assert.That(
            () => ModelPackage.OpenAsync(_folder["signed"], new PackageReadOptions { TrustedKeys = [mine] }),
            Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public async Task Open_RevokedKey_IsRefusedWithItsFingerprint()
    {
        using var mine = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await ModelPackage.CreateAsync(
            _folder["signed"], Manifest, Files, new PackageWriteOptions { SigningKey = mine });
        var fingerprint = KeyFingerprint.Of(mine);

        Assert.That(
            () => ModelPackage.OpenAsync(
                _folder["signed"], new PackageReadOptions { TrustedKeys = [mine], RevokedKeys = [fingerprint] }),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(fingerprint).And.Message.Contains("revoked"));
    }

    [Test]
    public async Task Open_RequireSignature_DecidesAboutUnsignedPackages()
    {
        using var mine = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await ModelPackage.CreateAsync(_folder["unsigned"], Manifest, Files);
        await ModelPackage.CreateAsync(
            _folder["others"], Manifest, Files, new PackageWriteOptions { SigningKey = other });
        var lenient = new PackageReadOptions { TrustedKeys = [mine], RequireSignature = false };

        using (await ModelPackage.OpenAsync(_folder["unsigned"], lenient))
        {
        }

        Assert.That(() => ModelPackage.OpenAsync(_folder["others"], lenient), Throws.TypeOf<InvalidDataException>());
        Assert.That(
            () => ModelPackage.OpenAsync(_folder["others"], new PackageReadOptions { RequireSignature = true }),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("expected trusted keys"));
    }

    [Test]
    public async Task SaveSigned_InPlace_ChangesTheSignatureAlone([Values("p", "p.maas")] string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await ModelPackage.CreateAsync(_folder[name], Manifest, Files);
        byte[] before;
        using (var package = await ModelPackage.OpenAsync(_folder[name]))
        {
            before = package.Manifest.ToJson();
            await package.SaveSignedAsync(_folder[name], key, overwrite: true);
        }

        using var signed = await ModelPackage.OpenAsync(_folder[name], new PackageReadOptions { TrustedKeys = [key] });
        Assert.That(signed.Manifest.ToJson(), Is.EqualTo(before));
        Assert.That(signed.FindSigner([key]), Is.SameAs(key));
        Assert.That(_folder.All(), Has.None.EndsWith(".tmp"));
    }
}
