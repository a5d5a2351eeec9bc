using System.Text.Json.Serialization;

namespace MaaS.Tabular.Features;

/// <summary>How numbers are brought to one scale. A constant column is only moved.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Scaling>))]
public enum Scaling
{
    /// <summary>Left as they are.</summary>
    None,

    /// <summary>Mean 0, standard deviation 1 (of the population).</summary>
    Standard,

    /// <summary>Median 0, interquartile range 1.</summary>
    Robust,

    /// <summary>From 0 to 1.</summary>
    MinMax,
}
