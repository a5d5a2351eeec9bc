using System.Text.Json.Serialization;

namespace MaaS.Tabular.Samples;

/// <summary>What is to be predicted.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TabularTask>))]
public enum TabularTask
{
    /// <summary>One of two or more classes.</summary>
    Classification,

    /// <summary>A number.</summary>
    Regression,
}
