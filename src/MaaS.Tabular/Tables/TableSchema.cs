using System.Text.Json;
using System.Text.Json.Serialization;
using MaaS.Primitives.Files;

namespace MaaS.Tabular.Tables;

/// <summary>The columns of a table: inferred on all rows, written as JSON, edited by people, enforced when
/// reading.</summary>
/// <param name="Columns">In the order of the table; names are distinct.</param>
public sealed record TableSchema(IReadOnlyList<ColumnSchema> Columns)
{
    /// <summary>The schema of a table as it is: names and kinds.</summary>
    public static TableSchema Of(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return new TableSchema(
            [.. table.Columns.Select(static c => new ColumnSchema { Name = c.Name, Kind = c.Kind })]);
    }

    /// <summary>The schema as indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, TableSchemaJson.Default.TableSchema);

    /// <summary>Reads what <see cref="ToJson"/> wrote, edited or not.</summary>
    /// <exception cref="InvalidDataException">The text is no schema, a name stands twice, or limits exclude
    /// everything.</exception>
    public static TableSchema FromJson(string json)
    {
        TableSchema schema;
        try
        {
            schema = JsonSerializer.Deserialize(json, TableSchemaJson.Default.TableSchema)
                ?? throw new InvalidDataException("schema: expected an object with 'columns', got null.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"schema: {e.Message}", e);
        }

        if (schema.Columns.Count == 0 || schema.Columns.Any(static c => c is null))
        {
            throw new InvalidDataException("schema: expected at least one column, and no null among them.");
        }

        foreach (
            var group in schema.Columns.GroupBy(static c => c.Name, StringComparer.Ordinal)
                .Where(static g => g.Skip(1).Any()))
        {
            throw new InvalidDataException($"schema: expected distinct column names, got '{group.Key}' twice.");
        }

        return schema.Columns.FirstOrDefault(static c => c.Minimum > c.Maximum) is { } empty
            ? throw new InvalidDataException(
                $"schema: column '{empty.Name}': expected a minimum of at most the maximum {empty.Maximum}, got "
                    + $"{empty.Minimum}.")
            : schema;
    }

    /// <summary>Writes the schema to a file, whole or not at all.</summary>
    public void Save(string path)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(ToJson());
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }

    /// <summary>Reads a schema from a file.</summary>
    /// <exception cref="InvalidDataException">The file holds no schema; the message names it.</exception>
    public static TableSchema Load(string path)
    {
        try
        {
            return FromJson(File.ReadAllText(path));
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TableSchema))]
internal sealed partial class TableSchemaJson : JsonSerializerContext;
