using System.Text.Json;
using MaaS.Training.Data.Streams;

namespace MaaS.Tabular.Tables;

/// <summary>Reads JSON lines: an object a row. A member that a row lacks is a missing cell.</summary>
internal static class JsonRows
{
    /// <summary>The rows in batches. A member that first stands in a later batch is no column of earlier
    /// ones.</summary>
    public static IEnumerable<RawTable> Batches(
        string path, Func<string?, string?> cell, int batchRows = int.MaxValue)
    {
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        List<List<string?>> cells = [];
        var (row, before) = (0, 0);
        foreach (var line in Utf8File.Lines(path).Where(static l => !string.IsNullOrWhiteSpace(l)))
        {
            if (row - before == batchRows)
            {
                yield return Batch();
                cells = [.. cells.Select(static _ => new List<string?>())];
                before = row;
            }

            row++;
            using var document = Parse(line, row);
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (!names.TryGetValue(member.Name, out var column))
                {
                    names[member.Name] = column = cells.Count;
                    cells.Add([.. new string?[row - before - 1]]);
                }

                if (cells[column].Count == row - before)
                {
                    throw new InvalidDataException($"row {row}: the member '{member.Name}' stands twice.");
                }

                cells[column].Add(Cell(member, row, cell));
            }

            foreach (var column in cells.Where(c => c.Count < row - before))
            {
                column.Add(null);
            }
        }

        yield return cells.Count == 0
            ? throw new InvalidDataException("expected an object a line, got an empty file.") : Batch();

        RawTable Batch() => RawTable.Empty([.. names.Keys]) with { Cells = cells };
    }

    private static JsonDocument Parse(string line, int row)
    {
        try
        {
            var document = JsonDocument.Parse(line);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document
                : throw new InvalidDataException(
                    $"row {row}: expected an object, got {document.RootElement.ValueKind}.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"row {row}: expected a JSON object: {e.Message}", e);
        }
    }

    private static string? Cell(JsonProperty member, int row, Func<string?, string?> cell) =>
        member.Value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String => cell(member.Value.GetString()),
            JsonValueKind.Number => member.Value.GetRawText(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            var other => throw new InvalidDataException(
                $"row {row}, column '{member.Name}': expected a number, text or boolean, got {other}."),
        };
}
