using System.Text.Json.Serialization;
using MaaS.Tabular.Tables;
using MaaS.Text.Cleaning;

namespace MaaS.Tabular.Profiling;

/// <summary>What is known of a column.</summary>
/// <param name="Name">The column.</param>
/// <param name="Kind">What the cells are.</param>
/// <param name="Missing">Missing cells.</param>
/// <param name="Distinct">Different values, missing ones apart.</param>
public sealed record ColumnProfile(string Name, ColumnKind Kind, int Missing, int Distinct)
{
    /// <summary>Of numbers; null of other columns, of personal data and where every cell is missing. Booleans are 0 and
    /// 1, dates seconds since 1970.</summary>
    public NumberProfile? Numbers { get; init; }

    /// <summary>The most frequent values of categories and booleans, the most frequent first; at most 20, none of
    /// personal data.</summary>
    public IReadOnlyList<ValueCount> Values { get; init; } = [];

    /// <summary>How numbers and dates are spread, or the lengths of texts; null of other columns and of personal
    /// data.</summary>
    public Histogram? Histogram { get; init; }

    /// <summary>Personal data, by kind.</summary>
    public IReadOnlyList<PersonalFinding> Personal { get; init; } = [];

    /// <summary>Whether the column's name is that of personal data, as <c>first_name</c> or
    /// <c>Geburtsdatum</c>.</summary>
    public bool HasPersonalName { get; init; }

    /// <summary>Whether cells or name are those of personal data, so that no value is told.</summary>
    [JsonIgnore]
    public bool IsPersonal => Personal.Count > 0 || HasPersonalName;

    /// <summary>Whether each row has a value of its own, as an identifier has.</summary>
    public bool IsIdentifier { get; init; }
}

/// <summary>A value and how often it stands.</summary>
/// <param name="Value">As a file would hold it.</param>
/// <param name="Count">Rows.</param>
public sealed record ValueCount(string Value, int Count);

/// <summary>Personal data in a column.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Rows">Rows that have some.</param>
/// <param name="FirstRow">The first of them, counted from 1.</param>
public sealed record PersonalFinding(PersonalDataKind Kind, int Rows, int FirstRow);
