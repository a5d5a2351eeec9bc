using System.Text;
using MaaS.Tabular.Tables;
using MaaS.Tests;

namespace MaaS.Tabular.Tests.Tables;

public sealed class TableReaderTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [TestCase(
        "age,city,member,since\n41,Kyoto,true,2020-01-02\n,Osaka,false,2021-05-06T07:08:09\n3.5,NA,TRUE,\n", "t.csv")]
    [TestCase(
        "age;city;member;since\n41;Kyoto;true;2020-01-02\n;Osaka;false;2021-05-06 07:08:09\n3.5;NA;TRUE;\n", "t.csv")]
    [TestCase(
        "age\tcity\tmember\tsince\n41\tKyoto\ttrue\t2020-01-02\n"
        + "\tOsaka\tfalse\t2021-05-06T07:08:09\n3.5\t\tTRUE\tNaN\n", "t.tsv")]
    [TestCase(
        "{\"age\":41,\"city\":\"Kyoto\",\"member\":true,\"since\":\"2020-01-02\"}\n"
        + "{\"city\":\"Osaka\",\"member\":false,"
        + "\"since\":\"2021-05-06T07:08:09\"}\n{\"age\":3.5,\"city\":null,\"member\":true}\n", "t.jsonl")]
    public async Task ReadAsync_OfEachFormat_FindsKindsOnAllRows(string text, string name)
    {
        var table = await Read(text, name);

        Assert.That(
            table.Columns.Select(c => (c.Name, c.Kind)),
            Is.EqualTo(new[]
            {
                ("age", ColumnKind.Number), ("city", ColumnKind.Category), ("member", ColumnKind.Boolean),
                ("since", ColumnKind.Date),
            }));
        Assert.That(((NumberColumn)table["age"]).Values.ToArray(), Is.EqualTo(new[] { 41, double.NaN, 3.5 }));
        Assert.That(((StringColumn)table["city"]).Values.ToArray(), Is.EqualTo(new[] { "Kyoto", "Osaka", null }));
        Assert.That(((NumberColumn)table["member"]).Values.ToArray(), Is.EqualTo(new[] { 1d, 0, 1 }));
        Assert.That(
            ((NumberColumn)table["since"]).Values.ToArray(), Is.EqualTo(new[] { 1577923200, 1620284889, double.NaN }));
        Assert.That(table.Columns.Sum(c => c.Missing), Is.EqualTo(3));
    }

    [TestCase("a,b\n1,2\n3\n", "row 2: expected 2 cells as in the header, got 1; column 'b' is the first without one")]
    [TestCase("a,b\n1,2\n3,4,5\n", "row 2: expected 2 cells as in the header, got 3")]
    [TestCase("a,b,a\n1,2,3\n", "expected distinct names, got 'a' for the columns 1 and 3")]
    [TestCase("a,\n1,2\n", "expected a name for column 2")]
    [TestCase("a,b\n1,2\n1e999,4\n", "row 2, column 'a': expected a finite number, got '1e999'")]
    [TestCase("a,b\n1,2\n2,-inf\n", "row 2, column 'b': expected a finite number, got '-inf'")]
    [TestCase("a,b\n1,2\n3,9007199254740993\n", "row 2, column 'b': expected a number that float64 holds exactly, got "
        + "'9007199254740993'; say in a schema that the column is of kind Category")]
    [TestCase(
        "a\n1\n-123456789012345678901234567890123456789012\n", "row 2, column 'a': expected a number that float64")]
    [TestCase("a,b\n", "expected rows below the header, got none")]
    [TestCase("", "expected a header, got an empty file")]
    [TestCase("a;b,c;d\n1;2,3;4\n1,2;3,4\n", null)]
    [TestCase("a;b,c\n1;2,3\n", "expected one delimiter that splits every line alike, found ',' and ';'")]
    public async Task ReadAsync_OfBadRows_NamesRowAndColumn(string text, string? message)
    {
        if (message is null)
        {
            await Assert.ThatAsync(() => Read(text), Throws.InstanceOf<InvalidDataException>());
            return;
        }

        await Assert.ThatAsync(
            () => Read(text), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(message)
            .And.Message.StartsWith(_folder["t.csv"]));
    }

    [Test]
    public async Task ReadAsync_OfAColumnThatChangesItsTypeLate_NamesTheRow()
    {
        var rows = Enumerable.Range(1, 100_000).Select(i => i == 90_000 ? "unknown,x" : $"{i},x");
        await Assert.ThatAsync(
            () => Read("id,c\n" + string.Join('\n', rows)),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(
                "row 90000, column 'id': expected a number as in 99999 of 100000 rows, got 'unknown'"));
    }

    [Test]
    public async Task ReadAsync_WithTheMistakeNamed_ReadsTheColumn()
    {
        var text = "id\n" + string.Join('\n', Enumerable.Range(1, 50).Select(i => i == 40 ? "?" : $"{i}"));

        var missing = await Read(text, options: new TableReadOptions { MissingValues = ["", "?"] });
        var categories = await Read(
            text, options: new TableReadOptions
            {
                Kinds = new Dictionary<string,
                ColumnKind>
                { ["id"] = ColumnKind.Category }
            });

        Assert.That((missing["id"].Kind, missing["id"].Missing), Is.EqualTo((ColumnKind.Number, 1)));
        Assert.That((categories["id"].Kind, categories["id"].Missing), Is.EqualTo((ColumnKind.Category, 0)));
    }

    [TestCase("t.csv", "c\nM", "\n", false)]
    [TestCase("t.csv", "c\nM", "\n", true)]
    [TestCase("t.jsonl", "{\"c\":\"M", "\"}\n", false)]
    [TestCase("t.jsonl", "{\"c\":\"M", "\"}\n", true)]
    public async Task ReadAsync_OfBytesThatAreNoUtf8_IsRefused(string name, string before, string after, bool marked)
    {
        byte[] mark = marked ? [0xEF, 0xBB, 0xBF] : [];
        byte[] Text(params byte[] letter)
            => [.. mark, .. Encoding.UTF8.GetBytes(before), .. letter, .. Encoding.UTF8.GetBytes(after)];
        await File.WriteAllBytesAsync(_folder[name], Text(0xC3, 0xBC));
        Assert.That((await TableReader.ReadAsync(_folder[name]))["c"].Text(0), Is.EqualTo("Mü"));
        await File.WriteAllBytesAsync(_folder[name], Text(0xFC));
        await Assert.ThatAsync(
            () => TableReader.ReadAsync(_folder[name]),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(
                $"{name}: line {before.Count(static c => c == '\n') + 1}: expected UTF-8, got other bytes"));
    }

    [Test]
    public async Task ReadAsync_OfLongWholeNumbers_NeverReadsAnotherNumber()
    {
        await Assert.ThatAsync(
            () => Read("{\"id\":1}\n{\"id\":9007199254740993}\n", "t.jsonl"),
            Throws.InstanceOf<InvalidDataException>()
                .With.Message.Contains("row 2, column 'id': expected a number that"));

        // What float64 holds, and what is written as an approximation.
        var exact = await Read("id\n9007199254740992\n9007199254740994\n1e300\n0.1\n");
        Assert.That(
            ((NumberColumn)exact["id"]).Values.ToArray(),
            Is.EqualTo(new[] { 9007199254740992, 9007199254740994, 1e300, 0.1 }));
        var schema = TableSchema.FromJson("""{"columns":[{"name":"id","kind":"Category"}]}""");
        var ids = await Read("id\n9007199254740993\n", options: new TableReadOptions { Schema = schema });
        Assert.That(ids["id"].Text(0), Is.EqualTo("9007199254740993"));
    }

    [Test]
    public async Task ReadAsync_OfCodesWithLeadingZeros_KeepsThem()
        => Assert.That((await Read("zip\n00123\n456\n"))["zip"].Text(0), Is.EqualTo("00123"));

    [Test]
    public async Task ReadAsync_OfQuotedCells_KeepsDelimitersAndLineBreaks()
        => Assert.That((await Read("a,b\n\"x, \"\"y\"\"\nz\",1\n"))["a"].Text(0), Is.EqualTo("x, \"y\"\nz"));

    [Test]
    public async Task ReadAsync_WithASchema_TakesItsOrderAndEnforcesIt()
    {
        var schema = TableSchema.Of(await Read("b,a\nx,1\ny,2\n"));
        var edited = TableSchema.FromJson(schema.ToJson()) with
        {
            Columns =
            [
                schema.Columns[1] with { Required = true, Minimum = 0 },
                schema.Columns[0] with { Values = ["x", "y"] },
            ],
        };
        var options = new TableReadOptions { Schema = edited };

        Assert.That(
            (await Read("b,a\ny,3\n", options: options)).Columns.Select(c => c.Name), Is.EqualTo(new[] { "a", "b" }));
        foreach (var (text, message) in new[]
        {
            ("a\n1\n", "the schema's column 'b' is missing; found 'a'"),
            ("a,b,c\n1,x,2\n", "found also 'c'"),
            ("a,b\n1,x\n-1,x\n", "row 2, column 'a': expected a number from 0 to ∞, got -1"),
            ("a,b\n,x\n", "row 1, column 'a': expected a value, got a missing cell"),
            ("a,b\n1,z\n", "row 1, column 'b': expected one of x, y, got 'z'"),
            ("a,b\nq,x\n", "row 1, column 'a': expected a finite number, got 'q'"),
        })
        {
            await Assert.ThatAsync(
                () => Read(text, options: options),
                Throws.InstanceOf<InvalidDataException>().With.Message.Contains(message));
        }
    }

    [TestCase("""{"columns":[{"name":"a","kind":"Number"},{"name":"a","kind":"Text"}]}""", "'a' twice")]
    [TestCase("""{"columns":[{"name":"a","kind":"Number","minimum":2,"maximum":1}]}""", "at most the maximum 1, got 2")]
    [TestCase("""{"columns":[{"name":"a","kind":"Number","requird":true}]}""", "requird")]
    [TestCase("""{"columns":[]}""", "at least one column")]
    public void FromJson_OfAWrongSchema_SaysWhat(string json, string message)
        => Assert.That(
            () => TableSchema.FromJson(json), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(message));

    private async Task<Table> Read(string text, string name = "t.csv", TableReadOptions? options = null)
    {
        await File.WriteAllTextAsync(_folder[name], text);
        return await TableReader.ReadAsync(_folder[name], options);
    }
}
