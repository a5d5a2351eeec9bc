namespace MaaS.Training.Models.Transformers;

/// <summary>Options of <see cref="ImageEncoder"/>.</summary>
public sealed record ImageEncoderOptions
{
    /// <summary>Channels of an image, at least 1.</summary>
    public long Channels { get; init; } = 1;

    /// <summary>Height of an image in pixels, divisible by <see cref="Patch"/>.</summary>
    public long Height { get; init; } = 28;

    /// <summary>Width of an image in pixels, divisible by <see cref="Patch"/>.</summary>
    public long Width { get; init; } = 28;

    /// <summary>Height and width of a patch in pixels, at least 1.</summary>
    public long Patch { get; init; } = 4;

    /// <summary>Sizes of the encoder. Positions are learned, one for each patch; its own settings for them are not
    /// read.</summary>
    public TransformerOptions Encoder { get; init; } = new();

    /// <summary>Positions: patches and the class token.</summary>
    public long Positions => (Height / Patch * (Width / Patch)) + 1;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Something does not fit; the message names all of it.</exception>
    public void Validate() => AddTo(new OptionChecks(nameof(ImageEncoderOptions))).ThrowIfAny();

    internal OptionChecks AddTo(OptionChecks checks)
    {
        checks.AtLeast(Channels, 1, nameof(Channels)).AtLeast(Height, 1, nameof(Height))
            .AtLeast(Width, 1, nameof(Width))
            .AtLeast(Patch, 1, nameof(Patch)).Divides(Patch, Height, nameof(Patch), nameof(Height))
            .Divides(Patch, Width, nameof(Patch), nameof(Width)).That(Encoder is not null, "an Encoder, got null")
            .That(Encoder?.Positions != PositionKind.Rotary, "learned positions, got rotary ones");
        return Encoder?.AddTo(checks) ?? checks;
    }
}
