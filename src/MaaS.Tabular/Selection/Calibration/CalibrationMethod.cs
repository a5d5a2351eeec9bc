using System.Text.Json.Serialization;

namespace MaaS.Tabular.Selection.Calibration;

/// <summary>What makes probabilities true to the shares that are seen.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CalibrationMethod>))]
public enum CalibrationMethod
{
    /// <summary>A sigmoid of the log odds; for few rows.</summary>
    Platt,

    /// <summary>A rising function of any shape; from about 1,000 rows on.</summary>
    Isotonic,
}
