using System.Text.Json.Serialization;

namespace MaaS.Tabular.Features;

/// <summary>How the shape of a number's distribution is changed before scaling.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NumberTransform>))]
public enum NumberTransform
{
    /// <summary>Left as it is.</summary>
    None,

    /// <summary>sign(x) · ln(1 + |x|).</summary>
    Log,

    /// <summary>Yeo and Johnson's power transform, its exponent fitted by maximum likelihood.</summary>
    YeoJohnson,
}
