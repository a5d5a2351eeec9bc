using System.Text.Json.Serialization;

namespace MaaS.Core.Metrics;

/// <summary>What a ratio counts as when nothing was predicted or nothing was there, as scikit-learn's
/// <c>zero_division</c>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ZeroDivision>))]
public enum ZeroDivision
{
    /// <summary>The ratio is 0 and counts in averages.</summary>
    Zero,

    /// <summary>The ratio is 1 and counts in averages.</summary>
    One,

    /// <summary>The ratio is NaN and is left out of averages.</summary>
    NaN,
}
