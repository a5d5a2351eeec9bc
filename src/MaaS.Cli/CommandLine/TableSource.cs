using System.Data.Common;
using MaaS.Tabular.DataSets;
using MaaS.Tabular.Tables;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace MaaS.Cli.CommandLine;

/// <summary>Where a table comes from: a file, a data set of set-up, or a query.</summary>
/// <param name="Name">What the table is called.</param>
internal sealed record TableSource(string Name)
{
    private const string Sqlite = "sqlite:", Postgres = "postgres:";

    /// <summary>The file; null for none.</summary>
    public string? File { get; init; }

    /// <summary>The data set; null for none.</summary>
    public TabularDataSet? Known { get; init; }

    /// <summary>The query; null for none.</summary>
    public string? Query { get; init; }

    /// <summary>Where the query is asked.</summary>
    public string? Database { get; init; }

    /// <summary>Reads the table whole.</summary>
    public async Task<Table> ReadAsync(TableReadOptions options, CancellationToken cancellationToken)
    {
        if (Query is null)
        {
            return await TableReader.ReadAsync(Known?.FindFile() ?? File!, options, cancellationToken);
        }

        await using var connection = Connect(Database!);
        return await TableReader.ReadAsync(connection, Query, options, cancellationToken);
    }

    /// <summary>Opens the table as a stream.</summary>
    /// <exception cref="UsageException">It comes from a query.</exception>
    public Task<StreamedTable> OpenAsync(TableReadOptions options, CancellationToken cancellationToken) => Query is null
        ? StreamedTable.OpenAsync(Known?.FindFile() ?? File!, options, cancellationToken)
        : throw new UsageException(
            "--stream: expected a file, which can be read several times with the same rows, got --sql; write the rows "
                + "to a .csv file.");

    /// <summary>What of an address of a database may be kept and shown: where the rows are, but not who asks for
    /// them.</summary>
    public static string Shown(string address)
    {
        if (!address.StartsWith(Postgres, StringComparison.OrdinalIgnoreCase))
        {
            return CommandText.Shown(address);
        }

        try
        {
            var whole = new NpgsqlConnectionStringBuilder(address[Postgres.Length..]);
            var shown = new NpgsqlConnectionStringBuilder
            {
                Host = whole.Host,
                Port = whole.Port,
                Database = whole.Database ?? whole.Username,
                SearchPath = whole.SearchPath,
            };
            return $"{Postgres}{shown.ConnectionString}";
        }
        catch (ArgumentException)
        {
            return $"{Postgres}…";   // What it is instead may be a password; connecting says what is wrong with it.
        }
    }

    private static DbConnection Connect(string address)
    {
        try
        {
            return address.StartsWith(Postgres, StringComparison.OrdinalIgnoreCase)
                ? new NpgsqlConnection(address[Postgres.Length..])
                : address.StartsWith(Sqlite, StringComparison.OrdinalIgnoreCase) && address.Length > Sqlite.Length
                ? new SqliteConnection(new SqliteConnectionStringBuilder
                {
                    DataSource = Path.GetFullPath(address[Sqlite.Length..]),
                    Mode = SqliteOpenMode.ReadOnly,
                    Pooling = false,
                }.ToString())
                : throw new UsageException(
                    "--database: expected sqlite:FILE or postgres:Host=…;Username=…;Database=…, got "
                        + $"'{string.Concat(address.TakeWhile(char.IsAsciiLetterOrDigit))}…'.");
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"--database: {e.Message}", e);
        }
    }
}
