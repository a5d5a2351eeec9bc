using System.Data;
using System.Data.Common;
using MaaS.Tabular.Tables;
using MaaS.Tests;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace MaaS.Tabular.Tests.Tables;

/// <summary>Rows of queries, as SQLite and PostgreSQL type them.</summary>
public sealed class DatabaseTests
{
    private static string _postgres = "";

    [OneTimeSetUp]
    public static async Task StartAsync()
    {
        await PostgresServer.StartAsync();
        var address = await PostgresServer.NewRegistryAsync("unused");
        _postgres = address["postgres:".Length..].Split(";Contents")[0];
    }

    [OneTimeTearDown]
    public static Task StopAsync() => PostgresServer.StopAsync();

    [TestCase("sqlite")]
    [TestCase("postgres")]
    public async Task ReadAsync_OfEveryType_GivesTypedColumns(string database)
    {
        await using var connection = Connect(database);
        await connection.OpenAsync();
        await RunAsync(connection, """
            DROP TABLE IF EXISTS t;
            CREATE TABLE t (id INTEGER, price NUMERIC(10, 2), weight DOUBLE PRECISION, member BOOLEAN, name VARCHAR(20),
                zip VARCHAR(5), born DATE, seen TIMESTAMP, empty INTEGER);
            INSERT INTO t VALUES (1, 12.5, 0.1, TRUE, 'Ann', '12345', '1990-02-03', '2026-11-30 10:20:30', NULL);
            INSERT INTO t VALUES (2, NULL, NULL, FALSE, '', '00123', NULL, NULL, NULL);
            INSERT INTO t VALUES (3, 99999.99, 2, NULL, 'NA', NULL, '1969-12-31', '1969-12-31 23:59:59', NULL);
            """);

        var table = await TableReader.ReadAsync(connection, "SELECT * FROM t ORDER BY id");

        Assert.That(
            table.Columns.Select(c => (c.Name, c.Kind)),
            Is.EqualTo(new[]
            {
                ("id", ColumnKind.Number), ("price", ColumnKind.Number), ("weight", ColumnKind.Number),
                ("member", ColumnKind.Boolean), ("name", ColumnKind.Category), ("zip", ColumnKind.Category),
                ("born", ColumnKind.Date), ("seen", ColumnKind.Date), ("empty", ColumnKind.Category),
            }));
        Assert.That(Numbers(table, "price"), Is.EqualTo(new[] { 12.5, double.NaN, 99999.99 }));
        Assert.That(Numbers(table, "weight"), Is.EqualTo(new[] { 0.1, double.NaN, 2 }));
        Assert.That(Numbers(table, "member"), Is.EqualTo(new[] { 1, 0, double.NaN }));
        // A database has NULL, and NA is a country there; an empty text is missing everywhere.
        Assert.That(Texts(table, "name"), Is.EqualTo(new[] { "Ann", null, "NA" }));
        Assert.That(Texts(table, "zip"), Is.EqualTo(new[] { "12345", "00123", null }));
        Assert.That(Texts(table, "born"), Is.EqualTo(new[] { "1990-02-03", null, "1969-12-31" }));
        Assert.That(Numbers(table, "seen"), Is.EqualTo(new[] { 1796034030, double.NaN, -1 }));
        Assert.That(table["empty"].Missing, Is.EqualTo(3));
        Assert.That(connection.State, Is.EqualTo(ConnectionState.Open));
    }

    [TestCase("sqlite", "SELECT 1 AS n, x'00ff' AS picture", "row 1, column 'picture': expected a number, text")]
    [TestCase(
        "postgres", "SELECT 1 AS n, '\\x00ff'::bytea AS picture", "row 1, column 'picture': expected a number, text")]
    [TestCase("postgres", "SELECT ARRAY[1, 2] AS list", "row 1, column 'list': expected a number, text")]
    [TestCase("sqlite", "SELECT 1 AS n UNION ALL SELECT 'two'", "row 2, column 'n': expected a number as before")]
    [TestCase(
        "postgres", "SELECT 1.5::float8 AS n UNION ALL SELECT 'Infinity'",
        "row 2, column 'n': expected a finite number")]
    [TestCase(
        "postgres", "SELECT '2026-11-30'::timestamp AS t UNION ALL SELECT 'infinity'",
        "row 2, column 't': expected a finite date, got infinity")]
    [TestCase("postgres", "SELECT '-infinity'::timestamptz AS t", "column 't': expected a finite date, got -infinity")]
    [TestCase("postgres", "SELECT 'infinity'::date AS d", "row 1, column 'd': expected a finite date, got infinity")]
    [TestCase("postgres", "SELECT '-infinity'::date AS d", "row 1, column 'd': expected a finite date, got -infinity")]
    [TestCase("sqlite", "SELECT 9007199254740993 AS id", "column 'id': expected a number that float64 holds exactly")]
    [TestCase("postgres", "SELECT 1 AS n WHERE false", "expected rows from the query, got none")]
    [TestCase("sqlite", "SELECT 1 AS n, 2 AS n", "'n' for the columns 1 and 2")]
    [TestCase("sqlite", "CREATE TABLE u (x INTEGER)", "expected a statement that gives rows")]
    public async Task ReadAsync_OfWhatIsNoTable_NamesRowAndColumn(string database, string query, string message)
    {
        await using var connection = Connect(database);
        await Assert.ThatAsync(
            () => TableReader.ReadAsync(connection, query),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(message));
        Assert.That(connection.State, Is.EqualTo(ConnectionState.Closed));
    }

    [Test]
    [NonParallelizable]
    public async Task ReadAsync_OfLocalTimes_IsInUtc()
    {
        var zone = Environment.GetEnvironmentVariable("TZ");
        try
        {
            Environment.SetEnvironmentVariable("TZ", "Asia/Tokyo");
            TimeZoneInfo.ClearCachedData();
            using var rows = new DataTable();
            rows.Columns.Add("at", typeof(DateTime)).DateTimeMode = DataSetDateTime.Local;
            rows.Rows.Add(new DateTime(2026, 11, 30, 9, 0, 0, DateTimeKind.Local));
            await using var reader = rows.CreateDataReader();

            var raw = await DatabaseRows.ReadAsync(reader, new TableReadOptions(), default);

            var expected = new DateTime(2026, 11, 30, 0, 0, 0) - DateTime.UnixEpoch;
            Assert.That(raw.Numbers[0], Is.EqualTo(new[] { expected.TotalSeconds }));
        }
        finally
        {
            Environment.SetEnvironmentVariable("TZ", zone);
            TimeZoneInfo.ClearCachedData();
        }
    }

    [Test]
    public async Task ReadAsync_OfAWrongQuery_IsTheDatabasesError()
    {
        await using var connection = Connect("postgres");
        await Assert.ThatAsync(
            () => TableReader.ReadAsync(connection, "SELECT x FROM nowhere"),
            Throws.InstanceOf<DbException>().With.Message.Contains("nowhere"));
    }

    [Test]
    public async Task ReadAsync_WithKindsAndASchema_HoldsRowsAgainstThem()
    {
        await using var connection = Connect("sqlite");
        var options = new TableReadOptions
        {
            Kinds = new Dictionary<string, ColumnKind> { ["id"] = ColumnKind.Category },
            MissingValues = ["", "?"],
        };

        var table = await TableReader.ReadAsync(
            connection, "SELECT 9007199254740993 AS id, '?' AS c UNION ALL SELECT 2, 'x'", options);

        Assert.That(Texts(table, "id"), Is.EqualTo(new[] { "9007199254740993", "2" }));
        Assert.That(Texts(table, "c"), Is.EqualTo(new[] { null, "x" }));
        var exact = await TableReader.ReadAsync(connection, "SELECT 4111111111111111 AS n");
        Assert.That(Numbers(exact, "n"), Is.EqualTo(new[] { 4111111111111111d }));
        var schema = new TableSchema([new ColumnSchema { Name = "n", Kind = ColumnKind.Number, Maximum = 5 }]);
        await Assert.ThatAsync(
            () => TableReader.ReadAsync(
                connection, "SELECT 4 AS n UNION ALL SELECT 6", new TableReadOptions { Schema = schema }),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(
                "row 2, column 'n': expected a number from −∞ to 5, got 6"));
    }

    private static DbConnection Connect(string database) => database == "sqlite"
        ? new SqliteConnection("Data Source=:memory:") : new NpgsqlConnection(_postgres);

    private static async Task RunAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    private static double[] Numbers(Table table, string name) => ((NumberColumn)table[name]).Values.ToArray();

    private static string?[] Texts(Table table, string name)
        => [.. Enumerable.Range(0, table.Rows).Select(table[name].Text)];
}
