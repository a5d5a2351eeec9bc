using System.IO.Compression;
using MaaS.Training.Data;

namespace MaaS.Training.Tests.Data;

internal sealed class IdxFileTests
{
    // Two rows of three bytes, written by hand after the format's description.
    private static readonly byte[] TwoByThree = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 10, 20, 30, 40, 50, 60];

    private string _folder = "";

    [SetUp]
    public void CreateFolder()
        => _folder = Directory.CreateDirectory(
            Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():n}")).FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    private string File(byte[] bytes, bool gzip = false)
    {
        var path = Path.Combine(_folder, "file");
        using var stream = System.IO.File.Create(path);
        using Stream target = gzip ? new GZipStream(stream, CompressionLevel.Fastest) : stream;
        target.Write(bytes);
        return path;
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Read_PlainOrGzip_GivesDimensionsAndBytes(bool gzip)
    {
        var array = IdxFile.Read(File(TwoByThree, gzip), 2);
        Assert.Multiple(() =>
        {
            Assert.That(array.Dimensions, Is.EqualTo(new[] { 2, 3 }));
            Assert.That(array.Data, Is.EqualTo(new byte[] { 10, 20, 30, 40, 50, 60 }));
        });
    }

    [TestCase(new byte[] { 0, 0 }, "4 bytes")]
    [TestCase(new byte[] { 1, 0, 8, 1, 0, 0, 0, 0 }, "magic")]
    [TestCase(new byte[] { 0, 0, 13, 1, 0, 0, 0, 0 }, "magic")]
    [TestCase(new byte[] { 0, 0, 8, 2, 0, 0, 0, 1, 0 }, "end of the file")]
    [TestCase(new byte[] { 0, 0, 8, 1, 0, 0, 0, 5, 1, 2 }, "truncated")]
    [TestCase(new byte[] { 0, 0, 8, 1, 0, 0, 0, 1, 1, 2 }, "got more")]
    [TestCase(new byte[] { 0, 0, 8, 1, 255, 255, 255, 255 }, "at most")]
    [TestCase(new byte[] { 0, 0, 8, 2, 127, 255, 255, 255, 127, 255, 255, 255 }, "at most")]
    [TestCase(new byte[] { 0, 0, 8, 1, 127, 0, 0, 0, 9 }, "truncated")]
    [TestCase(new byte[] { 0x1f, 0x8b, 8, 0, 1, 2, 3 }, "header")]
    [TestCase(new byte[] { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 255, 255, 255, 255 }, "gzip")]
    public void Read_DamagedFile_ThrowsAndNamesFileAndFault(byte[] bytes, string fault)
    {
        var path = File(bytes);
        Assert.That(
            () => IdxFile.Read(path),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(fault).And.Message.Contains(path));
    }

    [Test]
    public void Read_OtherNumberOfDimensions_Throws()
        => Assert.That(
            () => IdxFile.Read(File(TwoByThree), 3),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("expected 3 dimensions, got 2"));

    [Test]
    public void Read_TruncatedGzip_Throws()
    {
        var path = File([.. TwoByThree[..4], 0, 1, 0, 0, 0, 0, 0, 3, .. new byte[65536 * 3]], gzip: true);
        var bytes = System.IO.File.ReadAllBytes(path);
        System.IO.File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
        Assert.That(() => IdxFile.Read(path), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(path));
    }

    [Test]
    public void Write_Plain_GivesTheFormatsBytes()
    {
        var path = Path.Combine(_folder, "new", "written");
        IdxFile.Write(path, new IdxArray([2, 3], [10, 20, 30, 40, 50, 60]));
        Assert.That(System.IO.File.ReadAllBytes(path), Is.EqualTo(TwoByThree));
    }

    [Test]
    public void Write_Gzip_ReadsBackAndLeavesNoTemporaryFile()
    {
        var path = Path.Combine(_folder, "written.gz");
        IdxFile.Write(path, new IdxArray([6], [10, 20, 30, 40, 50, 60]), compress: true);
        Assert.Multiple(() =>
        {
            Assert.That(IdxFile.Read(path).Data, Is.EqualTo(TwoByThree[12..]));
            Assert.That(Directory.GetFiles(_folder), Has.Length.EqualTo(1));
        });
    }

    [Test]
    public void Constructor_LengthIsNotTheProduct_Throws()
        => Assert.That(
            () => new IdxArray([2, 2], new byte[5]),
            Throws.ArgumentException.With.Message.Contains("expected 4 bytes"));
}
