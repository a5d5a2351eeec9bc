using static TorchSharp.torch;

namespace MaaS.Training.Models.Transformers.Llama;

/// <summary>How rotary positions are stretched over sequences longer than those of the first training.</summary>
public sealed record RotaryScaling
{
    /// <summary>The way.</summary>
    public required RotaryScalingKind Kind { get; init; }

    /// <summary>How many times as long sequences become, at least 1.</summary>
    public required double Factor { get; init; }

    /// <summary>Of Llama 3: wavelengths above <see cref="OriginalLength"/> divided by this are stretched in
    /// full.</summary>
    public double LowFrequencyFactor { get; init; } = 1;

    /// <summary>Of Llama 3: wavelengths below <see cref="OriginalLength"/> divided by this stay as they are; above
    /// <see cref="LowFrequencyFactor"/>.</summary>
    public double HighFrequencyFactor { get; init; } = 4;

    /// <summary>Of Llama 3: positions of the first training, at least 1.</summary>
    public long OriginalLength { get; init; } = 8192;

    /// <summary>Radians per position after stretching.</summary>
    /// <param name="rates">Radians per position before, float64.</param>
    internal Tensor Apply(Tensor rates)
    {
        if (Kind == RotaryScalingKind.Linear)
        {
            return rates / Factor;
        }

        // How often a wavelength fits into the sequences of the first training decides.
        var turns = rates * (OriginalLength / (2 * Math.PI));
        var kept = ((turns - LowFrequencyFactor) / (HighFrequencyFactor - LowFrequencyFactor)).clamp(0, 1);
        return (kept * rates) + ((1 - kept) * rates / Factor);
    }

    internal void AddTo(OptionChecks checks)
    {
        checks.Defined(Kind, $"{nameof(RotaryScaling)}.{nameof(Kind)}")
            .That(Factor >= 1, $"{nameof(RotaryScaling)}.{nameof(Factor)} of at least 1, got {Factor}");
        if (Kind == RotaryScalingKind.Llama3)
        {
            checks.AtLeast(OriginalLength, 1, $"{nameof(RotaryScaling)}.{nameof(OriginalLength)}").That(
                LowFrequencyFactor > 0 && HighFrequencyFactor > LowFrequencyFactor,
                $"{nameof(HighFrequencyFactor)} above {nameof(LowFrequencyFactor)} above 0, got {HighFrequencyFactor} "
                    + $"and {LowFrequencyFactor}");
        }
    }
}
