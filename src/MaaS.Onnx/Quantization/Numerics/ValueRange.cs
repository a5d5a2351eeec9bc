namespace MaaS.Onnx.Quantization.Numerics;

/// <summary>A closed interval of real values that a tensor takes.</summary>
/// <param name="Min">The lower end.</param>
/// <param name="Max">The upper end, at least <paramref name="Min"/>.</param>
public readonly record struct ValueRange(float Min, float Max)
{
    /// <summary>The least interval that holds both.</summary>
    public ValueRange Union(ValueRange other) => new(Math.Min(Min, other.Min), Math.Max(Max, other.Max));

    /// <summary>The interval with its ends saturated at ±<paramref name="threshold"/>.</summary>
    public ValueRange Clip(float threshold)
        => new(Math.Clamp(Min, -threshold, threshold), Math.Clamp(Max, -threshold, threshold));
}
