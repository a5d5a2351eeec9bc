using System.Text.Json.Serialization;

namespace MaaS.Tabular.Features;

/// <summary>Which features a date becomes.</summary>
[Flags]
[JsonConverter(typeof(JsonStringEnumConverter<DateFeatures>))]
public enum DateFeatures
{
    /// <summary>Days since 1970 alone.</summary>
    None = 0,

    /// <summary>Days since 1970, year, month, day, day of the week (0 for Monday).</summary>
    Parts = 1,

    /// <summary>Sine and cosine of month, day of the month and day of the week, and of the time of day where it is
    /// asked for: December stands beside January.</summary>
    Cycles = 2,

    /// <summary>Hours since midnight, where a training row has a time of day; fractions of a second do not
    /// count.</summary>
    TimeOfDay = 4,
}
