namespace MaaS.Training.Models.Transformers;

/// <summary>Sizes of a <see cref="Gpt"/>. The defaults of <see cref="Decoder"/> but for its sizes are
/// GPT-2's.</summary>
public sealed record GptOptions
{
    /// <summary>Number of tokens, at least 1.</summary>
    public required long Vocabulary { get; init; }

    /// <summary>Sizes of the layers; <see cref="TransformerOptions.MaxLength"/> is the longest sequence, the prompt
    /// included.</summary>
    public TransformerOptions Decoder { get; init; } = new() { Activation = ActivationKind.GeluTanh };

    /// <summary>Whether the logits use the table of token vectors, as GPT-2's do, or a table of their own.</summary>
    public bool TieWeights { get; init; } = true;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Something does not fit; the message names all of it.</exception>
    public void Validate()
    {
        var checks = new OptionChecks(nameof(GptOptions)).AtLeast(Vocabulary, 1, nameof(Vocabulary))
            .That(Decoder is not null, "a Decoder, got null");
        Decoder?.AddTo(checks);
        checks.ThrowIfAny();
    }
}
