namespace MaaS.Training.Models.Transformers;

/// <summary>Options of <see cref="ImageTextClassifier"/>.</summary>
public sealed record ImageTextClassifierOptions
{
    /// <summary>Sizes of images, patches and their encoder.</summary>
    public ImageEncoderOptions Image { get; init; } = new();

    /// <summary>Number of tokens, at least 1.</summary>
    public required long Vocabulary { get; init; }

    /// <summary>Sizes of the text's embedding and, of <see cref="Fusion.Late"/>, its encoder; with
    /// <see cref="Fusion.Early"/> its width is the image's.</summary>
    public TransformerOptions Text { get; init; } = new();

    /// <summary>Where image and text meet.</summary>
    public Fusion Fusion { get; init; } = Fusion.Early;

    /// <summary>Number of logits, at least 1.</summary>
    public long Classes { get; init; } = 2;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Something does not fit; the message names all of it.</exception>
    public void Validate()
    {
        var checks = new OptionChecks(nameof(ImageTextClassifierOptions)).AtLeast(Vocabulary, 1, nameof(Vocabulary))
            .AtLeast(Classes, 1, nameof(Classes)).Defined(Fusion, nameof(Fusion))
            .That(Image is not null, "Image options, got null").That(Text is not null, "Text options, got null")
            .That(
                Fusion != Fusion.Early || Image?.Encoder is null || Text is null || Image.Encoder.Width == Text.Width,
                $"one Width of image and text, got {Image?.Encoder?.Width} and {Text?.Width}")
            .That(
                Fusion != Fusion.Early || Text?.Positions != PositionKind.Rotary,
                "positions that are added, got rotary ones");
        Image?.AddTo(checks);
        Text?.AddTo(checks);
        checks.ThrowIfAny();
    }
}
