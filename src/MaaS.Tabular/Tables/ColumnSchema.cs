namespace MaaS.Tabular.Tables;

/// <summary>What a column is and what its cells may be.</summary>
public sealed record ColumnSchema
{
    /// <summary>The column's name.</summary>
    public required string Name { get; init; }

    /// <summary>What the cells are.</summary>
    public required ColumnKind Kind { get; init; }

    /// <summary>Whether every row must have a cell. Inference leaves this false.</summary>
    public bool Required { get; init; }

    /// <summary>The categories that may occur; null for any. Inference leaves this null.</summary>
    public IReadOnlyList<string>? Values { get; init; }

    /// <summary>The smallest number that may occur; null for any.</summary>
    public double? Minimum { get; init; }

    /// <summary>The largest number that may occur; null for any.</summary>
    public double? Maximum { get; init; }

    /// <summary>How dates are written, as <c>dd.MM.yyyy</c>; null for ISO 8601 (<c>2026-11-30</c>, with a time of day
    /// or without).</summary>
    public string? DateFormat { get; init; }
}
