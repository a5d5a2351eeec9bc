using System.Text.Json.Serialization;

namespace MaaS.Tabular.Features;

/// <summary>What stands for a missing number.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Imputation>))]
public enum Imputation
{
    /// <summary>The median of the training rows.</summary>
    Median,

    /// <summary>The mean of the training rows.</summary>
    Mean,

    /// <summary>The most frequent value of the training rows, the smallest where several are.</summary>
    Mode,

    /// <summary>Zero.</summary>
    Zero,

    /// <summary>NaN is handed on: for learners that take it.</summary>
    None,
}
