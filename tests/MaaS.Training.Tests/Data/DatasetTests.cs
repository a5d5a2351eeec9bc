using MaaS.Training.Data;

namespace MaaS.Training.Tests.Data;

internal sealed class DatasetTests
{
    private static void WriteSet(string folder, string separator, bool compress)
    {
        foreach (var (part, count) in new[] { ("train", 20), ("t10k", 10) })
        {
            var end = compress ? ".gz" : "";
            var labels = Enumerable.Range(0, count).Select(static i => (byte)(i % 10)).ToArray();
            IdxFile.Write(
                Path.Combine(folder, $"{part}-images{separator}idx3-ubyte{end}"),
                new IdxArray([count, 28, 28], [.. Enumerable.Range(0, count * 784).Select(static i => (byte)i)]),
                compress);
            IdxFile.Write(
                Path.Combine(folder, $"{part}-labels{separator}idx1-ubyte{end}"), new IdxArray([count], labels),
                compress);
        }
    }

    [TestCase("-", false)]
    [TestCase("-", true)]
    [TestCase(".", false)]
    public void Load_FilesInTheGivenFolder_AreFoundInEachSpelling(string separator, bool compress)
    {
        var folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():n}");
        WriteSet(folder, separator, compress);
        using var data = Mnist.Load(folder);
        Directory.Delete(folder, recursive: true);
        Assert.Multiple(() =>
        {
            Assert.That(data.Train.Count, Is.EqualTo(20));
            Assert.That(data.Test.Count, Is.EqualTo(10));
            Assert.That(data.Train.InputShape, Is.EqualTo(new long[] { 1, 28, 28 }));
            Assert.That(data.Test.Mean, Is.EqualTo(data.Train.Mean));
        });
    }

    [Test]
    public void Load_NothingThere_SaysWhereItLookedAndWhatToDo()
    {
        var folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, "nothing-here");
        Assert.That(
            () => Mnist.Load(folder),
            Throws.InstanceOf<FileNotFoundException>().With.Message.Contains(folder)
                .And.Message.Contains("train-images-idx3-ubyte"));
    }

    [Test]
    public void Load_LabelsMissing_NamesTheFile()
    {
        var folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():n}");
        WriteSet(folder, "-", compress: false);
        File.Delete(Path.Combine(folder, "t10k-labels-idx1-ubyte"));
        Assert.That(
            () => Mnist.Load(folder),
            Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("t10k-labels-idx1-ubyte"));
        Directory.Delete(folder, recursive: true);
    }

    // Counts: Xiao, Rasul, Vollgraf 2017, section 2; mean and deviation are those that are commonly published.
    [Test]
    public void Load_FashionMnist_HasThePublishedCountsAndStatistics()
    {
        Assume.That(Directory.Exists("/usr/share/datasets/fashion-mnist"), "dataset-fashion-mnist is not installed");
        using var data = FashionMnist.Load("/usr/share/datasets/fashion-mnist");
        Assert.Multiple(() =>
        {
            Assert.That(
                data.Train.LabelValues().GroupBy(static l => l).Select(static g => g.Count()),
                Is.EqualTo(Enumerable.Repeat(6000, 10)));
            Assert.That(
                data.Test.LabelValues().GroupBy(static l => l).Select(static g => g.Count()),
                Is.EqualTo(Enumerable.Repeat(1000, 10)));
            Assert.That(data.Train.Mean, Is.EqualTo(0.2860).Within(5e-5));
            Assert.That(data.Train.Std, Is.EqualTo(0.3530).Within(5e-5));
        });
    }

    [Test]
    [NonParallelizable]
    public void Load_DamagedFileInTheCache_FailsItsChecksum()
    {
        var root = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():n}");
        WriteSet(Path.Combine(root, "fashion-mnist"), "-", compress: true);
        var before = Environment.GetEnvironmentVariable("MAAS_DATA");
        Environment.SetEnvironmentVariable("MAAS_DATA", root);
        try
        {
            Assert.That(
                () => FashionMnist.Load(), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("SHA-256"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("MAAS_DATA", before);
            Directory.Delete(root, recursive: true);
        }
    }
}
