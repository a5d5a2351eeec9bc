using MaaS.Images;
using MaaS.Tests;
using MaaS.Training.Data.Streams;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Images.Tests;

public sealed class ImageFolderTests
{
    private PictureFolder _pictures = null!;

    private static ImageFolderOptions Random => new()
    {
        Transforms = new Compose(
            new RandomResizedCrop(16), new RandomHorizontalFlip(), new RandomVerticalFlip(), new RandomRotation(20),
            new ColorJitter(0.4, 0.4, 0.4, 0.1), new RandAugment(), Normalize.ImageNet, new RandomErasing(Value: null)),
    };

    private static ImageFolderOptions Fixed => new() { Transforms = new Compose(new Resize(18), new CenterCrop(16), Normalize.ImageNet) };

    [OneTimeSetUp]
    public void MakePictures() => _pictures = PictureFolder.Of(61);

    [OneTimeTearDown]
    public void DeletePictures() => _pictures.Dispose();

    [TestCase(1, 1), TestCase(2, 1), TestCase(2, 5), TestCase(3, 2), TestCase(8, 16)]
    public void Read_WhateverTheWorkers_GivesTheSameOrderAndBits(int workers, int prefetch)
    {
        var expected = Epochs.Read(ImageFolder.Open(_pictures.Path, Random with { Reader = new ReaderOptions { Workers = 1 } }), Epochs.Plan(3));
        var folder = ImageFolder.Open(
            _pictures.Path, Random with { Reader = new ReaderOptions { Workers = workers, Prefetch = prefetch } });

        Epochs.AssertEqual(Epochs.Read(folder, Epochs.Plan(3)), expected);
    }

    [Test]
    public void Read_AnotherEpochOrSeed_GivesAnotherOrderAndOtherPictures()
    {
        var folder = ImageFolder.Open(_pictures.Path, Random);
        var first = Epochs.Read(folder, Epochs.Plan(1, shuffle: false));

        Assert.That(Epochs.Read(folder, Epochs.Plan(1))[0].Name, Is.Not.EqualTo(Epochs.Read(folder, Epochs.Plan(2))[0].Name));
        Assert.That(Epochs.Read(folder, Epochs.Plan(2, shuffle: false))[0].Inputs, Is.Not.EqualTo(first[0].Inputs));
        Assert.That(Epochs.Read(folder, Epochs.Plan(1, shuffle: false) with { Seed = 43 })[0].Inputs, Is.Not.EqualTo(first[0].Inputs));
    }

    [Test]
    public void Read_Shuffled_TakesEachSampleOnce()
    {
        var folder = ImageFolder.Open(_pictures.Path, Fixed);
        var names = Epochs.Read(folder, Epochs.Plan(batchSize: 5)).SelectMany(static b => b.Name.Split(", "));
        Assert.That(names.Order(StringComparer.Ordinal), Is.EqualTo(folder.Names));
    }

    [TestCase(0), TestCase(1), TestCase(4), TestCase(8), TestCase(9), TestCase(100)]
    public void Read_FromABatchOn_GivesTheRestOfTheEpoch(int skip)
    {
        var folder = ImageFolder.Open(_pictures.Path, Random);
        var all = Epochs.Read(folder, Epochs.Plan());
        Epochs.AssertEqual(Epochs.Read(folder, Epochs.Plan() with { Skip = skip }), [.. all.Skip(skip)]);
    }

    // Batch b of process r holds the samples from (b·Processes + r)·BatchSize on.
    [TestCase(2), TestCase(3), TestCase(20)]
    public void Read_BySeveralProcesses_SharesTheBatchesOfOne(int processes)
    {
        var folder = ImageFolder.Open(_pictures.Path, Random);
        var all = Epochs.Read(folder, Epochs.Plan());
        for (var rank = 0; rank < processes; rank++)
        {
            var plan = Epochs.Plan() with { Rank = rank, Processes = processes, Skip = 1 };
            Epochs.AssertEqual(Epochs.Read(folder, plan), [.. all.Where((_, b) => b % processes == rank).Skip(1)]);
        }
    }

    [Test]
    public void Read_Labels_AreThoseOfTheFolders()
    {
        var folder = ImageFolder.Open(_pictures.Path, Fixed);
        Assert.That(folder.Classes, Is.EqualTo(new[] { "a", "b", "c" }));
        foreach (var (_, labels, name) in Epochs.Read(folder, Epochs.Plan(batchSize: 4)))
        {
            Assert.That(labels, Is.EqualTo(name.Split(", ").Select(static n => (long)(n[0] - 'a'))));
        }
    }

    [Test]
    public void GetBatch_OfPositions_IsWhatReadGivesInOrder()
    {
        var folder = ImageFolder.Open(_pictures.Path, Fixed);
        var expected = Epochs.Read(folder, Epochs.Plan(batchSize: 6, shuffle: false))[1];
        using var scope = NewDisposeScope();
        var (inputs, targets) = folder.GetBatch(arange(6, 12, ScalarType.Int64), CPU);

        Assert.That(inputs.shape, Is.EqualTo(new long[] { 6, 3, 16, 16 }));
        Assert.That(inputs.data<float>().ToArray(), Is.EqualTo(expected.Inputs));
        Assert.That(targets.data<long>().ToArray(), Is.EqualTo(expected.Labels));
    }

    [Test]
    public void GetBatch_WithTransformsOfChance_SaysWhatToDo()
    {
        using var indices = zeros(1, ScalarType.Int64);
        Assert.That(
            () => ImageFolder.Open(_pictures.Path, Random).GetBatch(indices, CPU),
            Throws.InvalidOperationException.With.Message.Contain("With"));
    }

    [Test]
    public void Read_LeftBeforeItsEnd_FreesEveryTensor()
    {
        var folder = ImageFolder.Open(_pictures.Path, Fixed with { Reader = new ReaderOptions { Workers = 3, Prefetch = 4 } });
        var before = LiveTensors.Settled();
        foreach (var batch in folder.Read(Epochs.Plan(), CancellationToken.None))
        {
            batch.Value.Inputs.Dispose();
            batch.Value.Targets.Dispose();
            break;
        }

        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
    }

    [Test]
    public void Read_InADisposeScope_LeavesTheBatchToItsReader()
    {
        var folder = ImageFolder.Open(_pictures.Path, Fixed);
        (Tensor Inputs, Tensor Targets) batch;
        using (NewDisposeScope())
        {
            batch = folder.Read(Epochs.Plan(), CancellationToken.None).First().Value;
        }

        Assert.That(batch.Inputs.IsInvalid, Is.False);
        batch.Inputs.Dispose();
        batch.Targets.Dispose();
    }

    [Test]
    public void Read_Cancelled_Throws()
    {
        using var source = new CancellationTokenSource();
        using var batches = ImageFolder.Open(_pictures.Path, Fixed).Read(Epochs.Plan(), source.Token).GetEnumerator();
        Assert.That(batches.MoveNext());
        batches.Current.Value.Inputs.Dispose();
        source.Cancel();
        Assert.That(batches.MoveNext, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Statistics_AfterAnEpoch_CountItsSamples()
    {
        var folder = ImageFolder.Open(_pictures.Path, Fixed);
        Assert.That(folder.Statistics.Samples, Is.Zero);
        Epochs.Read(folder, Epochs.Plan());
        var statistics = folder.Statistics;
        Assert.That((statistics.Samples, statistics.LeftOut), Is.EqualTo((61L, 0L)));
        Assert.That(statistics.WaitSeconds, Is.GreaterThan(0).And.LessThanOrEqualTo(statistics.Seconds));
        Assert.That(folder.Statistics.Seconds, Is.EqualTo(statistics.Seconds), "the clock stands when the epoch has ended");
    }

    [Test]
    public void Split_StratifiesAndReadsOtherwise()
    {
        var (first, second) = ImageFolder.Open(_pictures.Path, Random).Split(0.2, seed: 1);
        var validation = second.With(Fixed);
        Assert.That(first.Names.Concat(validation.Names).Order(StringComparer.Ordinal), Is.EqualTo(ImageFolder.Open(_pictures.Path, Fixed).Names));
        Assert.That(validation.Labels.GroupBy(static l => l).Select(static g => g.Count()), Is.All.EqualTo(4));
        Assert.That(validation.Options.Transforms.IsRandom, Is.False);
    }

    [Test]
    public void Fingerprint_TellsOtherFilesAndOtherTransformsApart()
    {
        using var pictures = PictureFolder.Of(9);
        var fingerprint = ImageFolder.Open(pictures.Path, Fixed).Fingerprint;
        Assert.That(ImageFolder.Open(pictures.Path, Fixed).Fingerprint, Is.EqualTo(fingerprint).And.Length.EqualTo(64));
        Assert.That(ImageFolder.Open(pictures.Path, Random).Fingerprint, Is.Not.EqualTo(fingerprint));

        File.SetLastWriteTimeUtc(pictures["a/000.jpg"], DateTime.UnixEpoch);
        Assert.That(ImageFolder.Open(pictures.Path, Fixed).Fingerprint, Is.Not.EqualTo(fingerprint));
    }

    [Test]
    public void Open_OneChannel_GivesGreyInputs()
    {
        var folder = ImageFolder.Open(_pictures.Path, new ImageFolderOptions { Channels = 1, Transforms = new Compose(new Resize(8, 9)) });
        Assert.That(folder.InputShape, Is.EqualTo(new long[] { 1, 8, 9 }));
        Assert.That(Epochs.Read(folder, Epochs.Plan()).SelectMany(static b => b.Inputs), Is.All.InRange(0f, 1f));
    }
}
