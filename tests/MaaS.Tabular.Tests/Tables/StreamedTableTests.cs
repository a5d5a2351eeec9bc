using MaaS.Tabular.Tables;
using MaaS.Tests;
using Parquet;
using Parquet.Schema;

namespace MaaS.Tabular.Tests.Tables;

public sealed class StreamedTableTests
{
    private const int Rows = StreamedTable.BatchRows + 1000;

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [TestCase("t.csv")]
    [TestCase("t.tsv")]
    [TestCase("t.jsonl")]
    public async Task ReadAsync_InBatches_IsWhatTheReaderReads(string name)
    {
        await WriteAsync(name, Rows, static i => i % 7 == 0 ? "" : $"{i * 0.5}");

        var whole = await TableReader.ReadAsync(_folder[name]);
        var stream = await StreamedTable.OpenAsync(_folder[name]);
        var batches = await stream.ReadAsync().ToListAsync();

        Assert.That(stream.Rows, Is.EqualTo(Rows));
        Assert.That(batches.Select(b => b.Rows), Is.EqualTo(new[] { StreamedTable.BatchRows, 1000 }));
        AssertEqual(batches, whole);
        // As often as needed.
        Assert.That((await stream.ReadAsync().ToListAsync()).Sum(b => b.Rows), Is.EqualTo(Rows));
    }

    [Test]
    public async Task ReadAsync_OfRowGroups_IsWhatTheReaderReads()
    {
        await WriteParquetAsync(_folder["t.parquet"], 100_000, 30_000);

        var whole = await TableReader.ReadAsync(_folder["t.parquet"]);
        var stream = await StreamedTable.OpenAsync(_folder["t.parquet"]);
        var batches = await stream.ReadAsync().ToListAsync();

        Assert.That(
            batches.Select(b => b.Rows),
            Is.EqualTo(new[] { StreamedTable.BatchRows, 100_000 - StreamedTable.BatchRows, 30_000 }));
        AssertEqual(batches, whole);
        Assert.That(
            stream.Schema.Columns.Select(c => c.Kind),
            Is.EqualTo(new[] { ColumnKind.Number, ColumnKind.Category, ColumnKind.Date }));
    }

    [Test]
    public async Task ReadAsync_OfAMemberThatComesLate_IsMissingBefore()
    {
        await File.WriteAllLinesAsync(
            _folder["t.jsonl"],
            Enumerable.Range(0, Rows).Select(
                i => i < StreamedTable.BatchRows ? $$"""{"a":{{i}}}""" : $$"""{"a":{{i}},"b":{{i}}}"""));
        var stream = await StreamedTable.OpenAsync(_folder["t.jsonl"]);
        var batches = await stream.ReadAsync().ToListAsync();
        Assert.That(batches.Select(b => b["b"].Missing), Is.EqualTo(new[] { StreamedTable.BatchRows, 0 }));
    }

    [Test]
    public async Task OpenAsync_OfAColumnThatChangesItsTypeInALaterBatch_NamesTheRow()
    {
        await WriteAsync("t.csv", 100_000, static i => i == 89_999 ? "unknown" : $"{i}");
        await Assert.ThatAsync(
            () => StreamedTable.OpenAsync(_folder["t.csv"]),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(
                "row 90000, column 'x': expected a number as in 99999 of 100000 rows, got 'unknown'"));
    }

    [Test]
    public async Task ReadAsync_OfACellOutsideTheSchemaInALaterBatch_NamesTheRow()
    {
        await WriteAsync("t.csv", 100_000, static i => i == 89_999 ? "inf" : $"{i}");
        var stream = await StreamedTable.OpenAsync(_folder["t.csv"]);
        await Assert.ThatAsync(
            async () => await stream.ReadAsync().CountAsync(),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(
                "row 90000, column 'x': expected a finite number, got 'inf'").And.Message.StartsWith(_folder["t.csv"]));
    }

    [Test]
    public async Task ReadAsync_OfAFileThatHasGrown_SaysSo()
    {
        await WriteAsync("t.csv", 10, static i => $"{i}");
        var stream = await StreamedTable.OpenAsync(_folder["t.csv"]);
        await File.AppendAllTextAsync(_folder["t.csv"], "11,a,2020-01-01\n");
        await Assert.ThatAsync(
            async () => await stream.ReadAsync().CountAsync(),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("expected 10 rows"));
    }

    internal static async Task WriteParquetAsync(string path, params int[] groups)
    {
        var fields = new DataField[]
        {
            new DataField<double>("x", nullable: true), new DataField<string>("c"), new DataField<DateTime>("since"),
        };
        await using var stream = File.Create(path);
        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), stream);
        foreach (var count in groups)
        {
            using var rows = writer.CreateRowGroup();
            await rows.WriteAsync<double>(
                fields[0], Enumerable.Range(0, count).Select(i => i % 7 == 0 ? null : (double?)(i * 0.5)).ToArray());
            await rows.WriteAsync(fields[1], Enumerable.Range(0, count).Select(i => $"k{i % 40}").ToArray());
            await rows.WriteAsync<DateTime>(
                fields[2], Enumerable.Range(0, count)
                    .Select(i => new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMinutes(i)).ToArray());
        }
    }

    private async Task WriteAsync(string name, int rows, Func<int, string> number)
    {
        var cells = Enumerable.Range(0, rows).Select(
            i => (X: number(i), C: $"k{i % 40}", Since: $"2020-01-{1 + i % 28:00}"));
        var separator = name.EndsWith(".tsv", StringComparison.Ordinal) ? '\t' : ',';
        await File.WriteAllLinesAsync(
            _folder[name],
            name.EndsWith(".jsonl", StringComparison.Ordinal)
                ? cells.Select(r =>
                    $$"""{"x":{{(r.X.Length == 0 ? "null" : r.X)}},"c":"{{r.C}}","since":"{{r.Since}}"}""")
                : cells.Select(r => $"{r.X}{separator}{r.C}{separator}{r.Since}")
                    .Prepend($"x{separator}c{separator}since"));
    }

    private static void AssertEqual(List<Table> batches, Table whole)
    {
        foreach (var column in whole.Columns)
        {
            Assert.That(
                batches.SelectMany(b => Enumerable.Range(0, b.Rows).Select(b[column.Name].Text)),
                Is.EqualTo(Enumerable.Range(0, whole.Rows).Select(column.Text)), column.Name);
        }
    }
}
