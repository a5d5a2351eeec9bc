namespace MaaS.Training.Models.Transformers;

/// <summary>Options of <see cref="Seq2SeqTransformer"/>.</summary>
public sealed record Seq2SeqOptions
{
    /// <summary>Number of tokens that are read, at least 1.</summary>
    public required long SourceVocabulary { get; init; }

    /// <summary>Number of tokens that are written, at least 2.</summary>
    public required long TargetVocabulary { get; init; }

    /// <summary>Sizes of both stacks.</summary>
    public TransformerOptions Layers { get; init; } = new();

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Something does not fit; the message names all of it.</exception>
    public void Validate()
    {
        var checks = new OptionChecks(nameof(Seq2SeqOptions)).AtLeast(SourceVocabulary, 1, nameof(SourceVocabulary))
            .AtLeast(TargetVocabulary, 2, nameof(TargetVocabulary)).That(Layers is not null, "Layers, got null");
        Layers?.AddTo(checks);
        checks.ThrowIfAny();
    }
}
