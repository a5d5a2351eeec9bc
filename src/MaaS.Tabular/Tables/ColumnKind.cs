using System.Text.Json.Serialization;

namespace MaaS.Tabular.Tables;

/// <summary>What the cells of a column are.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ColumnKind>))]
public enum ColumnKind
{
    /// <summary>Finite numbers.</summary>
    Number,

    /// <summary>One of a set of names.</summary>
    Category,

    /// <summary>Days or times of day on a day, without a time zone.</summary>
    Date,

    /// <summary>Free text.</summary>
    Text,

    /// <summary>True or false.</summary>
    Boolean,
}
