namespace MaaS.Training.Data.Streams;

/// <summary>Which columns of a table become which tensors; at least one of each that a model needs.</summary>
public sealed record TableColumns
{
    /// <summary>Columns of numbers: inputs (B, count), float32.</summary>
    public IReadOnlyList<string> Numbers { get; init; } = [];

    /// <summary>Column of the class names: labels (B), int64; null for none.</summary>
    public string? Label { get; init; }

    /// <summary>Class names in the order of the labels' values; null for those of the files, by ordinal order, for which
    /// all rows are read once.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>Columns of numbers to be predicted: targets (B, count), float32.</summary>
    public IReadOnlyList<string> Targets { get; init; } = [];

    /// <summary>Column of the texts: token ids and mask (B, T), int64; null for none.</summary>
    public string? Text { get; init; }

    /// <summary>Makes token ids of a text; wanted with <see cref="Text"/>. Called by several threads at once.</summary>
    public Func<string, IReadOnlyList<int>>? Tokenize { get; init; }

    /// <summary>The id behind the end of shorter texts.</summary>
    public int PaddingId { get; init; }

    /// <summary>What stands for a number that is missing; null where that is a fault of the row.</summary>
    public float? MissingNumber { get; init; }

    /// <summary>All columns: numbers, targets, label, text.</summary>
    internal IReadOnlyList<string> All
        => [.. Numbers, .. Targets, .. Label is null ? (string[])[] : [Label], .. Text is null ? (string[])[] : [Text]];

    /// <exception cref="ArgumentException">They do not fit together.</exception>
    internal void Check()
    {
        if (Numbers.Count == 0 && Text is null)
        {
            throw new ArgumentException("TableColumns: expected columns of numbers or a column of texts, got neither.");
        }

        if (Text is null != Tokenize is null)
        {
            throw new ArgumentException(
                $"TableColumns: expected Text and Tokenize together, got {(Text is null ? "Tokenize" : "Text")} alone.");
        }

        if (Classes is { Count: < 2 })
        {
            throw new ArgumentException($"TableColumns: expected at least two classes, got {Classes.Count}.");
        }
    }
}
