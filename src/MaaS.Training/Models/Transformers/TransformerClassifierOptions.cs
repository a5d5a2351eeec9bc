namespace MaaS.Training.Models.Transformers;

/// <summary>Options of <see cref="TransformerClassifier"/>.</summary>
public sealed record TransformerClassifierOptions
{
    /// <summary>Number of tokens, at least 1.</summary>
    public required long Vocabulary { get; init; }

    /// <summary>Number of logits, at least 2.</summary>
    public long Classes { get; init; } = 2;

    /// <summary>How a sequence becomes one vector.</summary>
    public Pooling Pooling { get; init; } = Pooling.Mean;

    /// <summary>Sizes of the encoder; its <see cref="TransformerOptions.MaxLength"/> is the longest text in
    /// tokens.</summary>
    public TransformerOptions Encoder { get; init; } = new();

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Something does not fit; the message names all of it.</exception>
    public void Validate()
    {
        var checks = new OptionChecks(nameof(TransformerClassifierOptions)).AtLeast(Vocabulary, 1, nameof(Vocabulary))
            .AtLeast(Classes, 2, nameof(Classes)).Defined(Pooling, nameof(Pooling))
            .That(Encoder is not null, "an Encoder, got null");
        Encoder?.AddTo(checks);
        checks.ThrowIfAny();
    }
}
