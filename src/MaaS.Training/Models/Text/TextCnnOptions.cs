using MaaS.Training.Models.Transformers;

namespace MaaS.Training.Models.Text;

/// <summary>Sizes of a <see cref="TextCnn"/>.</summary>
public sealed record TextCnnOptions
{
    /// <summary>Number of token ids, at least 1.</summary>
    public required long Vocabulary { get; init; }

    /// <summary>Number of logits, at least 2.</summary>
    public long Classes { get; init; } = 2;

    /// <summary>Size of a token's vector, at least 1.</summary>
    public long Embedding { get; init; } = 128;

    /// <summary>Tokens that each family of filters sees, at least 1 each.</summary>
    public IReadOnlyList<long> Widths { get; init; } = [3, 4, 5];

    /// <summary>Filters of each width, at least 1.</summary>
    public long Filters { get; init; } = 100;

    /// <summary>Share of values dropped before the logits, 0 to below 1.</summary>
    public double Dropout { get; init; } = 0.5;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Something does not fit; the message names all of it.</exception>
    public void Validate() => new OptionChecks(nameof(TextCnnOptions))
        .AtLeast(Vocabulary, 1, nameof(Vocabulary))
        .AtLeast(Classes, 2, nameof(Classes))
        .AtLeast(Embedding, 1, nameof(Embedding))
        .That(
            Widths.Count > 0 && Widths.All(static w => w > 0),
            $"{nameof(Widths)} of at least 1, got [{string.Join(", ", Widths)}]")
        .AtLeast(Filters, 1, nameof(Filters))
        .Share(Dropout, nameof(Dropout))
        .ThrowIfAny();
}
