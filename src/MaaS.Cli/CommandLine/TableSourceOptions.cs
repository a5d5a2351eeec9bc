using System.CommandLine;
using MaaS.Tabular.DataSets;
using MaaS.Tabular.Tables;
using static MaaS.Cli.CommandLine.OptionKinds;

namespace MaaS.Cli.CommandLine;

/// <summary>The options that say where a table comes from, besides its file, and how it is read.</summary>
internal sealed class TableSourceOptions
{
    /// <summary>The option whose value may hold a password.</summary>
    public const string Database = "--database";

    private readonly Option<string?> _sql = new("--sql")
    {
        Description = "Tables: a query whose rows are the table, in place of a file; with --database.",
        HelpName = "query",
    };

    private readonly Option<string?> _database = new(Database)
    {
        Description = "Tables: where --sql is asked: sqlite:FILE or postgres:Host=…;Username=…;Database=….",
        HelpName = "address",
    };

    private readonly Option<string?> _delimiter = new("--delimiter")
    {
        Description = "Tables: what separates cells, as ';' or tab; found without it.",
        HelpName = "character",
    };

    private readonly Option<string[]> _missing = Several(
        "--missing-value", "Tables: a text that stands for a missing cell besides the usual ones, as '?'.", "text");

    private readonly Option<FileInfo?> _schema = new("--schema")
    {
        Description = "Tables: the columns that the file must have; written there where the file is not there yet.",
        HelpName = "file.json",
    };

    /// <summary>Every option of this set.</summary>
    public IReadOnlyList<Option> All => [_sql, _database, _delimiter, _missing, _schema];

    /// <summary>Whether a query is given.</summary>
    public bool IsQuery(ParseResult result) => result.GetValue(_sql) is not null;

    /// <summary>Where the schema is or goes; null where none is asked for.</summary>
    public string? SchemaPath(ParseResult result) => result.GetValue(_schema)?.FullName;

    /// <summary>Writes the schema where one is asked for that is not there yet.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="reading">How the table was read: without a schema that was there.</param>
    /// <param name="table">What was read.</param>
    /// <returns>Where it was written; null where it was not.</returns>
    public string? WriteSchema(ParseResult result, TableReadOptions reading, Table table)
    {
        if (SchemaPath(result) is not { } path || reading.Schema is not null)
        {
            return null;
        }

        TableSchema.Of(table).Save(path);
        return path;
    }

    /// <summary>Where the table comes from.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="file">The file that it names; null for none.</param>
    /// <param name="data">The data set that it names; null for none.</param>
    /// <param name="fileOption">What names a file on this verb.</param>
    /// <exception cref="UsageException">It names no table, or more than one.</exception>
    public TableSource Source(ParseResult result, FileInfo? file, string? data, string fileOption)
    {
        var (query, database) = (result.GetValue(_sql), result.GetValue(_database));
        var given = (file is null ? 0 : 1) + (data is null ? 0 : 1) + (query is null ? 0 : 1);
        if (given != 1)
        {
            throw new UsageException(
                $"{fileOption}: expected one table, by {fileOption}, --data or --sql, got "
                    + (given == 0 ? "none." : $"{given}."));
        }

        if (query is null != database is null)
        {
            throw new UsageException("--sql: expected --database beside it, and it beside --database.");
        }

        if (query is not null && result.GetValue(_delimiter) is not null)
        {
            throw new UsageException("--delimiter: expected none beside --sql, which it has no effect on.");
        }

        if (data is not null)
        {
            var known = TabularDataSet.Find(data) ?? throw new UsageException(
                $"--data: expected a table, one of {string.Join(", ", TabularDataSet.All.Select(static d => d.Name))}, "
                    + $"got '{data}'.");
            return new TableSource(known.Name) { Known = known };
        }

        return query is not null
            ? new TableSource("query") { Query = query, Database = database }
            : new TableSource(Path.GetFileNameWithoutExtension(file!.Name)) { File = file.FullName };
    }

    /// <summary>How the table is read.</summary>
    public TableReadOptions Reading(ParseResult result)
    {
        var options = new TableReadOptions();
        return options with
        {
            Delimiter = result.GetValue(_delimiter) switch
            {
                null => null,
                "tab" or "\\t" => '\t',
                [var one] => one,
                var other => throw new UsageException($"--delimiter: expected one character or tab, got '{other}'."),
            },
            MissingValues = [.. options.MissingValues, .. result.GetValue(_missing) ?? []],
            Schema = SchemaPath(result) is { } path && File.Exists(path) ? TableSchema.Load(path) : null,
            IgnoreOtherColumns = true,
        };
    }
}
