namespace MaaS.Tabular.Profiling;

/// <summary>A column that alone predicts the label nearly without a mistake.</summary>
/// <param name="Column">The column; <see cref="RowOrder"/> where it is the order of the rows.</param>
/// <param name="Metric">What was measured, on rows that were not learned from.</param>
/// <param name="Score">The score; 1 is perfect.</param>
public sealed record LeakSuspect(string Column, string Metric, double Score)
{
    /// <summary>Stands for the order of the rows, which is no column.</summary>
    public const string RowOrder = "(order of the rows)";
}
