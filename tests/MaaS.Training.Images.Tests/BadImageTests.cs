using System.Buffers.Binary;
using MaaS.Training.Data.Streams;

namespace MaaS.Training.Images.Tests;

/// <summary>What is wrong with folders, lists and files is named, with what was expected.</summary>
public sealed class BadImageTests
{
    private PictureFolder _pictures = null!;

    private static ImageFolderOptions Fixed => new() { Transforms = new Compose(new Resize(8, 8)) };

    [SetUp]
    public void MakePictures() => _pictures = PictureFolder.Of(24);

    [TearDown]
    public void DeletePictures() => _pictures.Dispose();

    [Test]
    public void Open_NoFolder_SaysWhatWasExpected()
        => Assert.That(
            () => ImageFolder.Open(_pictures["none"]),
            Throws.InstanceOf<DirectoryNotFoundException>().With.Message.Contain("a folder of images for each class"));

    [Test]
    public void Open_EmptyFolder_IsRefused()
    {
        Directory.CreateDirectory(_pictures["empty"]);
        Assert.That(
            () => ImageFolder.Open(_pictures["empty"]),
                Throws.InstanceOf<InvalidDataException>().With.Message.Contain("no folder, and no images"));
    }

    [Test]
    public void Open_FolderOfImagesWithoutClasses_SaysHowToNameThem()
        => Assert.That(
            () => ImageFolder.Open(_pictures["a"]),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contain(
                "8 images; move them into a folder for each class, or name files and labels in a CSV"));

    [Test]
    public void Open_OneClass_IsRefused()
    {
        Directory.Delete(_pictures["b"], recursive: true);
        Directory.Delete(_pictures["c"], recursive: true);
        Assert.That(
            () => ImageFolder.Open(_pictures.Path, Fixed),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contain("at least two classes, got 8 of 'a' alone"));
    }

    [Test]
    public void Open_ClassWithoutImages_IsNamed()
    {
        Directory.CreateDirectory(_pictures["d"]);
        File.WriteAllText(_pictures["d/notes.txt"], "no image");
        Assert.That(() => ImageFolder.Open(_pictures.Path, Fixed),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contain("the class 'd', found none"));
    }

    [Test]
    public void Open_FolderOfAnotherClass_IsNamed()
        => Assert.That(
            () => ImageFolder.Open(_pictures.Path, Fixed with { Classes = ["a", "b"] }),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contain("expected folders named a, b, got 'c'"));

    [Test]
    public void Read_BrokenFile_EndsWithItsName()
    {
        _pictures.Break("b/010.jpg");
        var folder = ImageFolder.Open(_pictures.Path, Fixed);
        Assert.That(
            () => Epochs.Read(folder, Epochs.Plan()),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contain(
                "010.jpg: image: expected a whole JPEG file"));
    }

    [Test]
    public void Read_BrokenFilesLeftOut_CountsAndNamesThem([Values(1, 2, 4)] int workers)
    {
        _pictures.Break("b/010.jpg");
        _pictures.Break("a/009.png");
        File.WriteAllText(_pictures["c/005.png"], "no image");
        var folder = ImageFolder.Open(
            _pictures.Path,
                Fixed with { OnBadFile = BadSample.LeaveOut, Reader = new ReaderOptions { Workers = workers } });

        var batches = Epochs.Read(folder, Epochs.Plan(batchSize: 8, shuffle: false));

        Assert.That(batches.Select(static b => b.Labels.Length), Is.EqualTo(new[] { 7, 7, 7 }));
        Assert.That(batches.Select(static b => b.Labels.Distinct().Single()), Is.EqualTo(new[] { 0, 1, 2 }));
        Assert.That((folder.Statistics.Samples, folder.Statistics.LeftOut), Is.EqualTo((21L, 3L)));
        Assert.That(folder.Faults, Has.Count.EqualTo(3).And.Some.Contains("005.png"));
    }

    [Test]
    public void Read_FirstFileBrokenAndLeftOut_TakesTheShapeOfAnother()
    {
        _pictures.Break("a/000.jpg");
        var folder = ImageFolder.Open(_pictures.Path, Fixed with { OnBadFile = BadSample.LeaveOut });
        Assert.That(folder.InputShape, Is.EqualTo(new long[] { 3, 8, 8 }));
        Assert.That(() => ImageFolder.Open(_pictures.Path, Fixed),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contain("000.jpg"));
    }

    [Test]
    public void Read_NothingOfABatchIsWhole_IsRefused()
    {
        foreach (var name in Directory.GetFiles(_pictures["b"]))
        {
            File.WriteAllBytes(name, []);
        }

        var folder = ImageFolder.Open(_pictures.Path, Fixed with { OnBadFile = BadSample.LeaveOut });
        Assert.That(
            () => Epochs.Read(folder, Epochs.Plan(batchSize: 8, shuffle: false)),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contain("at least one image of a batch"));
    }

    [Test]
    public void Read_HeaderThatClaimsAHugeImage_IsRefusedBeforeItIsDecoded()
    {
        var png = File.ReadAllBytes(_pictures["b/001.png"]);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), 50_000);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), 50_000);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), System.IO.Hashing.Crc32.HashToUInt32(png.AsSpan(12, 17)));
        File.WriteAllBytes(_pictures["b/001.png"], png);

        Assert.That(
            () => Epochs.Read(ImageFolder.Open(_pictures.Path, Fixed), Epochs.Plan()),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contain(
                "001.png: image: expected 1 to 67108864 pixels, got 50000 by 50000"));
    }

    [Test]
    public void Read_ImagesOfSeveralSizesWithoutResize_SaysToAddIt()
        => Assert.That(
            () => Epochs.Read(ImageFolder.Open(_pictures.Path), Epochs.Plan()),
            Throws.InvalidOperationException.With.Message.Contain("add Resize and CenterCrop"));

    [Test]
    public void Read_FileThatIsGone_IsNamed()
    {
        var folder = ImageFolder.Open(_pictures.Path, Fixed);
        File.Delete(_pictures["c/008.jpg"]);
        Assert.That(() => Epochs.Read(folder, Epochs.Plan()),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contain("008.jpg"));
    }

    [Test]
    public void OpenCsv_Rows_NameFilesAndClasses()
    {
        File.WriteAllLines(
            _pictures["list.csv"], ["path,label,other", "a/000.jpg,cat,1", "\"b/001.png\",dog,2", "c/002.jpg,cat,3"]);
        var folder = ImageFolder.OpenCsv(_pictures["list.csv"], options: Fixed);
        Assert.That((folder.Count, string.Join(",", folder.Classes), string.Join(",", folder.Labels)),
            Is.EqualTo((3L, "cat,dog", "0,1,0")));
        Assert.That(Epochs.Read(folder, Epochs.Plan(shuffle: false))[0].Labels, Is.EqualTo(new long[] { 0, 1, 0 }));
    }

    [TestCase("a/000.jpg,cat;gone.jpg,dog", "row 2: expected an image 'gone.jpg', there is none at ")]
    [TestCase(
        "a/000.jpg,cat;b/001.png,", "row 2: expected a path in 'path' and a class in 'label', got 'b/001.png' and ''")]
    [TestCase("a/000.jpg,cat;b/001.png", "row 2: expected 2 fields, as the header has, got 1")]
    [TestCase("a/000.jpg,cat;b/001.png,cat", "at least two classes, got 2 of 'cat' alone")]
    public void OpenCsv_BadRow_IsNamed(string rows, string message)
    {
        File.WriteAllLines(_pictures["list.csv"], ["path,label", .. rows.Split(';')]);
        Assert.That(
            () => ImageFolder.OpenCsv(_pictures["list.csv"], options: Fixed),
                Throws.InstanceOf<InvalidDataException>().With.Message.Contain(message));
    }

    [Test]
    public void OpenCsv_OtherColumns_NamesThoseThatAreThere()
    {
        File.WriteAllLines(_pictures["list.csv"], ["file,class", "a/000.jpg,cat"]);
        Assert.That(
            () => ImageFolder.OpenCsv(_pictures["list.csv"], options: Fixed),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contain(
                "expected one column 'path', the header has 'file', 'class'"));
        Assert.That(() => ImageFolder.OpenCsv(_pictures["none.csv"]), Throws.InstanceOf<FileNotFoundException>());
    }
}
