namespace MaaS.Training.Models.Transformers;

/// <summary>Options of <see cref="ImageTextModel"/>.</summary>
public sealed record ImageTextOptions
{
    /// <summary>Sizes of images, patches and their encoder.</summary>
    public ImageEncoderOptions Image { get; init; } = new();

    /// <summary>Number of tokens, at least 1.</summary>
    public required long Vocabulary { get; init; }

    /// <summary>Sizes of the text encoder.</summary>
    public TransformerOptions Text { get; init; } = new();

    /// <summary>Features of the space that images and texts share, at least 1.</summary>
    public long Shared { get; init; } = 64;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Something does not fit; the message names all of it.</exception>
    public void Validate()
    {
        var checks = new OptionChecks(nameof(ImageTextOptions)).AtLeast(Vocabulary, 1, nameof(Vocabulary))
            .AtLeast(Shared, 1, nameof(Shared)).That(Image is not null, "Image options, got null")
            .That(Text is not null, "Text options, got null");
        Image?.AddTo(checks);
        Text?.AddTo(checks);
        checks.ThrowIfAny();
    }
}
