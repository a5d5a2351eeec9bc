namespace MaaS.Tabular.Tables;

/// <summary>Cells as a file holds them, before their kinds are known.</summary>
/// <param name="Names">Distinct column names.</param>
/// <param name="Cells">One list a column; null where a cell is missing.</param>
/// <param name="Kinds">What the file itself says of a column; null where it says nothing.</param>
internal sealed record RawTable(
    IReadOnlyList<string> Names, IReadOnlyList<List<string?>> Cells, IReadOnlyList<ColumnKind?> Kinds)
{
    /// <summary>In place of <see cref="Cells"/> for a column that the source holds as numbers, booleans or dates;
    /// NaN where a cell is missing. Null for texts.</summary>
    public IReadOnlyList<List<double>?> Numbers { get; init; } = new List<double>?[Names.Count];

    /// <summary>Number of rows.</summary>
    public int Rows => Numbers[0]?.Count ?? Cells[0].Count;

    /// <summary>A table without rows.</summary>
    /// <exception cref="InvalidDataException">A name is empty or stands twice.</exception>
    public static RawTable Empty(IReadOnlyList<string> names)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(names[i]))
            {
                throw new InvalidDataException($"header: expected a name for column {i + 1}, got an empty one.");
            }

            for (var j = 0; j < i; j++)
            {
                if (names[i] == names[j])
                {
                    throw new InvalidDataException(
                        $"header: expected distinct names, got '{names[i]}' for the columns {j + 1} and {i + 1}; "
                            + $"rename one.");
                }
            }
        }

        return new RawTable(
            names, [.. names.Select(static _ => new List<string?>())], new ColumnKind?[names.Count]);
    }

    /// <summary>Takes the rows of another table of the same columns behind its own.</summary>
    public void Append(RawTable other)
    {
        for (var i = 0; i < Names.Count; i++)
        {
            Cells[i].AddRange(other.Cells[i]);
            Numbers[i]?.AddRange(other.Numbers[i]!);
        }
    }
}
