using MaaS.Training.Data.Streams;
using MaaS.Training.Images.Pipelines;
using static TorchSharp.torch;

namespace MaaS.Training.Images.Tests.Pipelines;

/// <summary>How a folder or a CSV is divided, and what is refused before anything is learned.</summary>
public sealed class ImagePartsTests
{
    [Test]
    public void Open_ClassFolders_HoldsTheShareOfEveryClassBackAndTheSameForASeed()
    {
        using var pictures = PictureFolder.Of(60);
        var parts = ImageParts.Open(pictures.Path, new ImagePartsOptions { TestFraction = 0.25, SplitSeed = 7 });
        var again = ImageParts.Open(pictures.Path, new ImagePartsOptions { TestFraction = 0.25, SplitSeed = 7 });
        var other = ImageParts.Open(pictures.Path, new ImagePartsOptions { TestFraction = 0.25, SplitSeed = 8 });

        Assert.That(parts.Classes, Is.EqualTo(new[] { "a", "b", "c" }));
        Assert.That(parts.Test.Labels.GroupBy(static l => l).Select(static g => g.Count()), Is.All.EqualTo(5));
        Assert.That(parts.Train.Labels.GroupBy(static l => l).Select(static g => g.Count()), Is.All.EqualTo(15));
        Assert.That(parts.Train.Names.Intersect(parts.Test.Names), Is.Empty);
        Assert.That(again.Test.Names, Is.EqualTo(parts.Test.Names));
        Assert.That(again.Sha256, Is.EqualTo(parts.Sha256));
        Assert.That(other.Test.Names, Is.Not.EqualTo(parts.Test.Names));
        Assert.That(other.Sha256, Is.Not.EqualTo(parts.Sha256));
        Assert.That(parts.Validation, Is.Null);
    }

    [Test]
    public void Open_DividedFolder_TakesItsParts()
    {
        using var pictures = new PictureFolder();
        foreach (var (part, count) in new[] { ("train", 8), ("val", 4), ("test", 6) })
        {
            Fill(pictures, part, count);
        }

        var parts = ImageParts.Open(pictures.Path);

        Assert.That(ImageParts.HasTest(pictures.Path), Is.True);
        Assert.That(ImageParts.HasValidation(pictures.Path), Is.True);
        Assert.That(
            (parts.Train.Count, parts.Validation!.Count, parts.Test.Count), Is.EqualTo((8L, 4L, 6L)));
        Assert.That(parts.Classes, Is.EqualTo(new[] { "cat", "dog" }), "and not the names of the parts");
    }

    [Test]
    public void Open_DividedFolderWithoutATest_HoldsBackOfTrain()
    {
        using var pictures = new PictureFolder();
        Fill(pictures, "train", 20);
        Fill(pictures, "valid", 4);
        var parts = ImageParts.Open(pictures.Path);
        Assert.That(ImageParts.HasTest(pictures.Path), Is.False);
        Assert.That(
            (parts.Train.Count, parts.Validation!.Count, parts.Test.Count), Is.EqualTo((16L, 4L, 4L)));
    }

    [Test]
    public void Open_ClassesOfWhichOneIsNamedTrain_AreClasses()
    {
        using var pictures = new PictureFolder();
        for (var i = 0; i < 10; i++)
        {
            pictures.Add($"train/{i}.png", i, 20, 20);
            pictures.Add($"bus/{i}.png", 50 + i, 20, 20);
        }

        Assert.That(ImageParts.Open(pictures.Path).Classes, Is.EqualTo(new[] { "bus", "train" }));
    }

    [Test]
    public void OpenCsv_PathsAndLabels_AreDivided()
    {
        using var pictures = PictureFolder.Of(30);
        File.WriteAllLines(pictures["list.csv"],
            ["file,kind", .. Directory.EnumerateFiles(pictures.Path, "*.*", SearchOption.AllDirectories)
                .Select(f => Path.GetRelativePath(pictures.Path, f)).Order(StringComparer.Ordinal)
                .Select(static f => $"{f},kind {f[0]}")]);
        var parts = ImageParts.OpenCsv(pictures["list.csv"], new ImageCsvColumns("file", "kind"));
        Assert.That(parts.Classes, Is.EqualTo(new[] { "kind a", "kind b", "kind c" }));
        Assert.That((parts.Train.Count, parts.Test.Count), Is.EqualTo((24L, 6L)));
    }

    [Test]
    public void Open_BrokenFiles_AreNamedAndCounted()
    {
        using var pictures = PictureFolder.Of(30);
        pictures.Break("a/000.jpg");
        File.WriteAllText(pictures["b/001.png"], "no picture");

        Assert.That(
            () => ImageParts.Open(pictures.Path),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("got 2 of 30 that cannot")
                .And.Message.Contains(pictures["a/000.jpg"]).And.Message.Contains(pictures["b/001.png"]));

        var parts = ImageParts.Open(pictures.Path, new ImagePartsOptions { OnBadFile = BadSample.LeaveOut });
        Assert.That(parts.LeftOut, Has.Count.EqualTo(2).And.Some.StartsWith(pictures["a/000.jpg"]));
        Assert.That(parts.Train.Count + parts.Test.Count, Is.EqualTo(28));
        Assert.That(
            parts.Train.Names.Concat(parts.Test.Names), Has.No.Member("a/000.jpg").And.No.Member("b/001.png"));
    }

    [Test]
    public void Open_EqualFiles_AreLearnedFromOnceAndNeverHeldBackAsWell()
    {
        using var pictures = PictureFolder.Of(30);
        File.Copy(pictures["a/000.jpg"], pictures["a/copy.jpg"]);
        File.Copy(pictures["b/001.png"], pictures["c/copy.png"]);
        var parts = ImageParts.Open(pictures.Path);
        Assert.That((parts.Duplicates, parts.Contradictions), Is.EqualTo((2, 1)));
        Assert.That(parts.Train.Count + parts.Test.Count, Is.EqualTo(30));
    }

    [Test]
    public void Open_FileOfTrainThatIsInTestAsWell_IsNotLearnedFrom()
    {
        using var pictures = new PictureFolder();
        Fill(pictures, "train", 8);
        Fill(pictures, "test", 4);
        File.Copy(pictures["test/cat/0.png"], pictures["train/cat/copy.png"]);
        var parts = ImageParts.Open(pictures.Path);
        Assert.That((parts.Train.Count, parts.Test.Count, parts.Duplicates), Is.EqualTo((8L, 4L, 1)));
    }

    // What validates chooses the epoch, so that the test would be of images that something was chosen by.
    [Test]
    public void Open_FileOfValThatIsInTestAsWell_IsNotValidatedOn()
    {
        using var pictures = new PictureFolder();
        foreach (var (part, count) in new[] { ("train", 8), ("val", 6), ("test", 6) })
        {
            Fill(pictures, part, count);
        }

        File.Copy(pictures["test/cat/0.png"], pictures["val/cat/copy.png"]);
        File.Copy(pictures["test/cat/2.png"], pictures["val/dog/copy.png"]);
        File.Copy(pictures["val/cat/4.png"], pictures["val/cat/again.png"]);
        var parts = ImageParts.Open(pictures.Path);
        Assert.That((parts.Duplicates, parts.Contradictions), Is.EqualTo((2, 1)));
        Assert.That(
            parts.Validation!.Names.Select(Path.GetFileName),
            Has.No.Member("copy.png").And.Member("again.png"), "equal ones of one part stay");
        Assert.That((parts.Train.Count, parts.Validation.Count, parts.Test.Count), Is.EqualTo((8L, 7L, 6L)));
    }

    [Test]
    public void Open_ValOfTheFilesOfTest_IsRefused()
    {
        using var pictures = new PictureFolder();
        Fill(pictures, "train", 8);
        Fill(pictures, "test", 4);
        foreach (var file in new[] { "cat/0.png", "cat/2.png", "dog/1.png", "dog/3.png" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(pictures[$"val/{file}"])!);
            File.Copy(pictures[$"test/{file}"], pictures[$"val/{file}"]);
        }

        Assert.That(
            () => ImageParts.Open(pictures.Path),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("got none of 4, of which 4 are in"));
    }

    [Test]
    public void Open_FewImagesOfAClass_NamesIt()
    {
        using var pictures = PictureFolder.Of(30);
        pictures.Add("rare/one.png", 99, 20, 20);
        Assert.That(
            () => ImageParts.Open(pictures.Path),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("got 1 of 'rare'"));
    }

    [Test]
    public void OpenCsv_LabelsThatAreNumbers_SaysThatEachIsTakenForAClass()
    {
        using var pictures = PictureFolder.Of(9);
        File.WriteAllLines(pictures["list.csv"],
            ["path,label", .. Directory.EnumerateFiles(pictures.Path, "*.*", SearchOption.AllDirectories)
                .Select((f, i) => $"{Path.GetRelativePath(pictures.Path, f)},{i}.5")]);
        Assert.That(
            () => ImageParts.OpenCsv(pictures["list.csv"]),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("The 9 labels are numbers"));
    }

    [Test]
    public void Open_PartWithoutAClass_NamesIt()
    {
        using var pictures = new PictureFolder();
        Fill(pictures, "train", 8);
        pictures.Add("test/cat/0.png", 77, 20, 20);
        Assert.That(
            () => ImageParts.Open(pictures.Path),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("to test on, got none of 'dog'"));
    }

    [Test]
    public void Open_EmptyOrOneClass_SaysSo()
    {
        using var pictures = new PictureFolder();
        Assert.That(
            () => ImageParts.Open(pictures.Path),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("no images"));
        pictures.Add("cat/0.png", 1, 20, 20);
        Assert.That(
            () => ImageParts.Open(pictures.Path),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("at least two classes"));
    }

    // The same numbers by torch, out of the decoded pixels of the training part.
    [Test]
    public void Open_MeanAndDeviation_AreThoseOfTheTrainingImages()
    {
        using var pictures = PictureFolder.Of(24, sizes: false);
        var parts = ImageParts.Open(pictures.Path);
        using var scope = NewDisposeScope();
        var (pixels, _) = parts.Train.GetBatch(arange(0, parts.Train.Count, ScalarType.Int64), CPU);   // (N, 3, H, W)
        var wide = pixels.to(ScalarType.Float64);
        Assert.That(parts.Mean, Is.EqualTo(wide.mean([0, 2, 3]).data<double>().ToArray()).Within(1e-6));
        Assert.That(
            parts.Std, Is.EqualTo(wide.std([0, 2, 3], unbiased: false).data<double>().ToArray()).Within(1e-6));
    }

    // Pictures of two seeds differ, so no part has one of another.
    private static void Fill(PictureFolder pictures, string part, int count)
    {
        var seed = Array.IndexOf(["train", "val", "valid", "test"], part) * 60;
        for (var i = 0; i < count; i++)
        {
            pictures.Add($"{part}/{(i % 2 == 0 ? "cat" : "dog")}/{i}.png", seed + i, 20 + i, 20);
        }
    }
}
