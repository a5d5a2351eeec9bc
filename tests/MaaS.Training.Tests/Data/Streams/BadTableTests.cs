using System.Text;
using MaaS.Tests;
using MaaS.Training.Data.Streams;
using Parquet;
using Parquet.Schema;

namespace MaaS.Training.Tests.Data.Streams;

/// <summary>What is wrong with a table is named: file and row, what was expected, what to do.</summary>
public sealed class BadTableTests
{
    private TemporaryFolder _folder = null!;

    private static TableColumns Columns
        => new() { Numbers = ["x"], Targets = ["x"], Label = "class", Classes = ["a", "b"] };

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [TestCase("x,class;1,a;2", "row 2: expected 2 fields, as the header has, got 1 (line 3)")]
    [TestCase("x,class;1,a;2,b,c", "row 2: expected 2 fields, as the header has, got 3")]
    [TestCase("x,class;1,a;two,b", "row 2: column 'x': expected a finite number, got 'two'")]
    [TestCase("x,class;1,a;nan,b", "row 2: column 'x': expected a finite number, got 'nan'")]
    [TestCase("x,class;1,a;,b", "row 2: column 'x': expected a number, got nothing; MissingNumber")]
    [TestCase("x,class;1,a;2,c", "row 2: column 'class': expected one of the classes a, b, got 'c'")]
    [TestCase("x,class;1,a;2,\"b", "row 2")]
    public void Csv_BadRow_IsNamed(string rows, string message)
    {
        File.WriteAllLines(_folder["bad.csv"], rows.Split(';'));
        Assert.That(
            () => Values("bad.csv"),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contain("bad.csv: row 2").And.Message.Contain(
                message));
    }

    [TestCase("{\"x\":1,\"class\":\"a\"};{\"x\":2", "row 2: expected JSON")]
    [TestCase("{\"x\":1,\"class\":\"a\"};[2]", "row 2: expected a JSON object, got Array")]
    [TestCase(
        "{\"x\":1,\"class\":\"a\"};{\"x\":2,\"label\":\"b\"}", "row 2: expected a member 'class', got 'x', 'label'")]
    [TestCase(
        "{\"x\":1,\"class\":\"a\"};{\"x\":null,\"class\":\"b\"}", "row 2: column 'x': expected a number, got nothing")]
    public void JsonLines_BadRow_IsNamed(string rows, string message)
    {
        File.WriteAllLines(_folder["bad.jsonl"], rows.Split(';'));
        Assert.That(() => Values("bad.jsonl"), Throws.InstanceOf<InvalidDataException>().With.Message.Contain(message));
    }

    // Far behind the first row, where a reader has decoded other lines ahead; the last case ends within a letter.
    [TestCase("bad.csv", "x,class", "1,a", "\xFC,b", "2,b", 5001)]
    [TestCase("bad.jsonl", "{\"x\":0,\"class\":\"a\"}", "{\"x\":1,\"class\":\"b\"}", "{\"x\":\"\xFC\"}", "", 5001)]
    [TestCase("bad.csv", "x,class", "1,a", "2,b", "2,\xC3", 5002)]
    public void Open_BytesThatAreNoUtf8_NamesTheLine(
        string name, string first, string row, string bad, string last, int line)
    {
        File.WriteAllText(
            _folder[name], $"{first}\n{string.Concat(Enumerable.Repeat(row + "\n", 4999))}{bad}\n{last}",
            Encoding.Latin1);
        Assert.That(
            () => Values(name),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contain($"{name}: line {line}: expected UTF-8"));
    }

    [Test]
    public void BadRows_LeftOut_AreCounted([Values(1, 3)] int workers)
    {
        File.WriteAllLines(_folder["bad.csv"], ["x,class", "1,a", "2", "3,c", "4,b", "?,a"]);
        var source = TableSource.Open(
            _folder["bad.csv"], Columns,
                new TableOptions { OnBadRow = BadSample.LeaveOut, Reader = new ReaderOptions { Workers = workers } });
        Assert.That(
            TableSourceTests.Values(source, TableSourceTests.Plan(shuffle: false))[0], Is.EqualTo(new[] { 1f, 4f }));
        Assert.That((source.Statistics.Samples, source.Statistics.LeftOut), Is.EqualTo((2L, 3L)));
    }

    [Test]
    public void MissingNumber_StandsForWhatIsNotThere()
    {
        File.WriteAllLines(_folder["gaps.csv"], ["x,class", "1,a", ",b"]);
        var source = TableSource.Open(_folder["gaps.csv"], Columns with { MissingNumber = -1 });
        Assert.That(
            TableSourceTests.Values(source, TableSourceTests.Plan(shuffle: false))[0], Is.EqualTo(new[] { 1f, -1f }));
    }

    [Test]
    public void Open_FilesThatAreNoTables_SayWhatWasExpected()
    {
        File.WriteAllText(_folder["empty.csv"], "");
        File.WriteAllText(_folder["header.csv"], "x,class\n");
        File.WriteAllLines(_folder["one.csv"], ["x,class", "1,a", "2,a"]);
        File.WriteAllText(_folder["none.parquet"], "no Parquet file, but long enough to be looked at");
        Expect<FileNotFoundException>("gone.csv", Columns, "expected a file of rows");
        Expect<InvalidDataException>("empty.csv", Columns, "expected a header and rows, got an empty file");
        Expect<InvalidDataException>("header.csv", Columns with { Classes = null }, "expected rows, found none");
        Expect<InvalidDataException>(
            "one.csv", Columns with { Classes = null }, "at least two classes, got 'a' alone in 2 rows");
        Expect<InvalidDataException>(
            "one.csv", Columns with { Numbers = ["z"] }, "expected one column 'z', the header has 'x', 'class'");
        Expect<InvalidDataException>("none.parquet", Columns, "expected a whole Parquet file");
        Expect<ArgumentException>("one.csv", new TableColumns(), "columns of numbers or a column of texts");
        Expect<ArgumentException>("one.csv", new TableColumns { Text = "x" }, "Text and Tokenize together");
        Expect<ArgumentException>("one.csv", Columns with { Classes = ["a"] }, "at least two classes");
    }

    [Test]
    public void Parquet_CutShortOrOtherwise_IsRefused()
    {
        using var files = new TableFiles(200);
        var columns = new TableColumns { Numbers = ["x"], Targets = ["x"] };
        Expect<InvalidDataException>(files["rows.parquet"], new TableColumns { Numbers = ["z"] },
            "expected a column 'z' of single values, the file has 'x', 'y'");
        var bytes = File.ReadAllBytes(files["rows.parquet"]);
        File.WriteAllBytes(files["rows.parquet"], bytes[..(bytes.Length / 2)]);
        Expect<InvalidDataException>(files["rows.parquet"], columns, "expected a whole Parquet file");
    }

    [Test]
    public async Task Parquet_OtherTypes_AreReadOrRefused()
    {
        var (count, flag, when) = (
            new DataField<long>("x"), new DataField<bool?>("flag"), new DataField<DateTime>("when"));
        await using (var file = File.Create(_folder["types.parquet"]))
        {
            await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(count, flag, when), file);
            using var group = writer.CreateRowGroup();
            await group.WriteAsync<long>(count, new long[] { 3, 1L << 40 }.AsMemory());
            await group.WriteAsync<bool>(flag, new bool?[] { true, null }.AsMemory());
            await group.WriteAsync<DateTime>(when, new[] { DateTime.UnixEpoch, DateTime.UnixEpoch }.AsMemory());
        }

        var source = TableSource.Open(_folder["types.parquet"],
            new TableColumns { Numbers = ["flag"], Targets = ["x", "flag"], MissingNumber = 7 });
        Assert.That(TableSourceTests.Values(source, TableSourceTests.Plan(shuffle: false))[0],
            Is.EqualTo(new[] { 3f, 1f, 1L << 40, 7f }));
        Expect<InvalidDataException>("types.parquet", new TableColumns { Numbers = ["when"] },
            "expected numbers, truth values or texts, got DateTime");
    }

    private List<float[]> Values(string name)
        => TableSourceTests.Values(TableSource.Open(_folder[name], Columns), TableSourceTests.Plan(shuffle: false));

    private void Expect<T>(string name, TableColumns columns, string message)
        where T : Exception
        => Assert.That(
            () => TableSource.Open(_folder[name], columns), Throws.InstanceOf<T>().With.Message.Contain(message), name);
}
