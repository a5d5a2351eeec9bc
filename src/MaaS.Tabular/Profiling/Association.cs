using System.Text.Json.Serialization;

namespace MaaS.Tabular.Profiling;

/// <summary>How strongly two columns go together, over the rows that have both.</summary>
/// <param name="First">A column.</param>
/// <param name="Second">Another one.</param>
/// <param name="Measure">What was measured.</param>
/// <param name="Value">−1 to 1, of Cramér's V and the correlation ratio 0 to 1; NaN where one of the columns does not
/// vary.</param>
/// <param name="Rows">Rows that have both.</param>
public sealed record Association(string First, string Second, AssociationMeasure Measure, double Value, int Rows);

/// <summary>A measure of how two columns go together.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AssociationMeasure>))]
public enum AssociationMeasure
{
    /// <summary>Of two columns of numbers: how near they are to a line.</summary>
    Pearson,

    /// <summary>Of two columns of numbers: Pearson's of their ranks, equal ones sharing the mean rank.</summary>
    Spearman,

    /// <summary>Of two columns of categories: the root of χ² / (n · (min(rows, columns) − 1)).</summary>
    CramersV,

    /// <summary>Of categories and numbers: the root of the share of the numbers' variance that lies between the
    /// categories (η).</summary>
    CorrelationRatio,
}
