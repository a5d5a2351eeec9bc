using MaaS.Tests;
using MaaS.Training.Data;
using MaaS.Training.Data.Streams;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Data.Streams;

public sealed class TableSourceTests
{
    private static readonly string[] Kinds = ["rows.csv", "rows.tsv", "rows.jsonl", "rows.parquet"];

    private TableFiles _files = null!;

    // A token a word: its length.
    private static TableColumns Columns => new()
    {
        Numbers = ["y", "x"],
        Targets = ["x"],
        Label = "class",
        Text = "text",
        Tokenize = static text => [.. text.Split(' ').Select(static w => w.Length)],
        PaddingId = 99,
    };

    [OneTimeSetUp]
    public void WriteFiles() => _files = new TableFiles(1000);

    [OneTimeTearDown]
    public void DeleteFiles() => _files.Dispose();

    [TestCaseSource(nameof(Kinds))]
    public void Read_InOrder_GivesTheRowsAsTensors(string file)
    {
        var source = TableSource.Open(_files[file], Columns);
        Assert.That((source.Count, string.Join(",", source.Classes)), Is.EqualTo((1000L, "ham,spam")));
        var row = 0;
        foreach (var batch in source.Read(Plan(shuffle: false), CancellationToken.None))
        {
            using var table = batch.Value;
            var longest = 0L;
            for (var i = 0; i < batch.Samples; i++, row++)
            {
                var (x, y, name, text) = _files.Rows[row];
                long[] tokens = [.. text.Split(' ').Select(static w => (long)w.Length)];
                longest = Math.Max(longest, tokens.Length);
                Assert.That(table.Numbers![i].data<float>().ToArray(), Is.EqualTo(new[] { y, (float)x }));
                Assert.That(table.Targets![i].data<float>().ToArray(), Is.EqualTo(new[] { (float)x }));
                Assert.That(table.Labels![i].item<long>(), Is.EqualTo(name == "ham" ? 0 : 1));
                Assert.That(table.Tokens![i].data<long>().ToArray().Take(tokens.Length), Is.EqualTo(tokens));
                Assert.That(table.Tokens![i].data<long>().ToArray().Skip(tokens.Length), Is.All.EqualTo(99));
                Assert.That(table.Mask![i].sum().item<long>(), Is.EqualTo(tokens.Length));
            }

            Assert.That(table.Tokens!.shape, Is.EqualTo(new[] { batch.Samples, longest }));
        }

        Assert.That(row, Is.EqualTo(1000));
    }

    [Test]
    public void Read_WhateverTheWorkersAndPrefetch_GivesTheSameOrder(
        [ValueSource(nameof(Kinds))] string file, [Values(1, 2, 3, 6)] int workers)
    {
        var options = new TableOptions { ShuffleBuffer = 150 };
        var expected = Read(
            _files[file], Plan(), options with { Reader = new ReaderOptions { Workers = 1, Prefetch = 1 } });
        var actual = Read(_files[file], Plan(),
            options with { Reader = new ReaderOptions { Workers = workers, Prefetch = 1 + workers } });
        Assert.That(actual, Is.EqualTo(expected));
    }

    [TestCaseSource(nameof(Kinds))]
    public void Read_Shuffled_TakesEachRowOnceInAnOrderOfItsEpoch(string file)
    {
        var options = new TableOptions { ShuffleBuffer = 64 };
        var (first, second) = (Read(_files[file], Plan(1), options), Read(_files[file], Plan(2), options));
        Assert.That(first.SelectMany(static b => b).Order(), Is.EqualTo(_files.Rows.Select(static r => (float)r.X)));
        Assert.That(second[0], Is.Not.EqualTo(first[0]));
        Assert.That(Read(_files[file], Plan(1) with { Seed = 8 }, options)[0], Is.Not.EqualTo(first[0]));
        Assert.That(first[0].Order(), Is.Not.EqualTo(first[0]));
    }

    [Test]
    public void Read_SkippedAndShared_GivesThePartsOfTheWhole(
        [ValueSource(nameof(Kinds))] string file, [Values] bool shuffle)
    {
        var options = new TableOptions { ShuffleBuffer = 50 };
        var all = Read(_files[file], Plan(shuffle: shuffle), options);
        Assert.That(Read(_files[file], Plan(shuffle: shuffle) with { Skip = 17 }, options), Is.EqualTo(all.Skip(17)));
        for (var rank = 0; rank < 3; rank++)
        {
            Assert.That(
                Read(_files[file], Plan(shuffle: shuffle) with { Rank = rank, Processes = 3, Skip = 2 }, options),
                Is.EqualTo(all.Where((_, b) => b % 3 == rank).Skip(2)), $"rank {rank}");
        }
    }

    [Test]
    public void Read_SeveralFiles_AreOneTable()
    {
        using var more = new TableFiles(37);
        var source = TableSource.Open([_files["rows.parquet"], more["rows.parquet"]], Columns);
        Assert.That(source.Count, Is.EqualTo(1037));
        Assert.That(Values(source, Plan(shuffle: false)).SelectMany(static b => b).Count(), Is.EqualTo(1037));
    }

    // What a resumed run has seen already is not read again: here it could not be.
    [Test]
    public void Read_ParquetSkipped_DoesNotReadTheRowGroupsBefore()
    {
        using var files = new TableFiles(400);
        var columns = Columns with { Classes = ["ham", "spam"] };
        var bytes = File.ReadAllBytes(files["rows.parquet"]);
        bytes.AsSpan(4, bytes.Length / 5).Fill(0xFF);
        File.WriteAllBytes(files["rows.parquet"], bytes);
        var source = TableSource.Open(files["rows.parquet"], columns);

        Assert.That(Values(source, Plan(shuffle: false) with { Skip = 12 }).SelectMany(static b => b).Last(),
            Is.EqualTo(399 * 0.5f));
        Assert.That(() => Values(source, Plan(shuffle: false)),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contain("rows.parquet"));
    }

    [Test]
    public void Count_IsKnownWhereItCostsNothingOrIsAskedFor()
    {
        var columns = new TableColumns { Numbers = ["x"] };
        Assert.That(TableSource.Open(_files["rows.csv"], columns).Count, Is.Null);
        Assert.That(TableSource.Open(_files["rows.parquet"], columns).Count, Is.EqualTo(1000));
        Assert.That(TableSource.Open(_files["rows.jsonl"], columns, new TableOptions { CountRows = true }).Count,
            Is.EqualTo(1000));
    }

    // 2^53 and 2^53 + 1 are one double.
    [Test]
    public void Read_WholeNumbersBeyondDouble_StayDifferentLabels()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(
            folder["ids.jsonl"], ["{\"x\": 1, \"id\": 9007199254740992}", "{\"x\": 2, \"id\": 9007199254740993}"]);
        var source = TableSource.Open(folder["ids.jsonl"], new TableColumns { Numbers = ["x"], Label = "id" });
        Assert.That(source.Classes, Is.EqualTo(new[] { "9007199254740992", "9007199254740993" }));
    }

    [Test]
    public void Select_GivesTheBatchesInAnotherForm()
    {
        var source = TableSource.Open(_files["rows.csv"], Columns).Select(static b => (b.Numbers!, b.Labels!));
        using var scope = NewDisposeScope();
        var batch = source.Read(Plan(), CancellationToken.None).First();
        Assert.That((batch.Value.Item1.shape[1], batch.Value.Item2.shape[0], source.Count),
            Is.EqualTo((2L, (long)batch.Samples, 1000L)));
        Assert.That(((IMeasuredSource)source).Statistics.Samples, Is.GreaterThan(0));
        batch.Value.Item1.Dispose();
        batch.Value.Item2.Dispose();
    }

    [Test]
    public void Read_ManyEpochsLeftHalfway_LeavesNoTensorBehind()
    {
        var source = TableSource.Open(_files["rows.csv"], Columns);
        var before = LiveTensors.Settled();
        for (var epoch = 1; epoch < 5; epoch++)
        {
            foreach (var batch in source.Read(Plan(epoch), CancellationToken.None).Take(3))
            {
                batch.Value.Dispose();
            }
        }

        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
    }

    [Test]
    public void Fingerprint_TellsOtherRowsAndOtherColumnsApart()
    {
        using var files = new TableFiles(20);
        var fingerprint = TableSource.Open(files["rows.csv"], Columns).Fingerprint;
        Assert.That(TableSource.Open(files["rows.csv"], Columns).Fingerprint, Is.EqualTo(fingerprint));
        Assert.That(TableSource.Open(files["rows.csv"], Columns with { Numbers = ["x", "y"] }).Fingerprint,
            Is.Not.EqualTo(fingerprint));
        File.AppendAllText(files["rows.csv"], "1,2,ham,text\n");
        Assert.That(TableSource.Open(files["rows.csv"], Columns).Fingerprint, Is.Not.EqualTo(fingerprint));
    }

    internal static EpochPlan Plan(int epoch = 1, bool shuffle = true) => new(7, epoch, 32, CPU, shuffle);

    internal static List<float[]> Values(TableSource source, EpochPlan plan)
    {
        var batches = new List<float[]>();
        foreach (var batch in source.Read(plan, CancellationToken.None))
        {
            using var table = batch.Value;
            batches.Add(table.Targets!.data<float>().ToArray());
        }

        return batches;
    }

    private static List<float[]> Read(string path, EpochPlan plan, TableOptions options)
        => Values(TableSource.Open(path, Columns, options), plan);
}
