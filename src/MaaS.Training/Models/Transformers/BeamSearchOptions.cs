namespace MaaS.Training.Models.Transformers;

/// <summary>How sequences are searched for.</summary>
public sealed record BeamSearchOptions
{
    /// <summary>The token that every sequence starts after.</summary>
    public required long StartId { get; init; }

    /// <summary>The token that ends a sequence.</summary>
    public required long EndId { get; init; }

    /// <summary>Tokens after the start, the end included, at least 1.</summary>
    public int MaxLength { get; init; } = 64;

    /// <summary>Sequences that are followed at a time, at least 1; 1 takes the likeliest token each time.</summary>
    public int Beams { get; init; } = 1;

    /// <summary>How much longer sequences are favoured, at least 0: hypotheses are ranked by log p / ((5 + length) /
    /// 6)^penalty.</summary>
    public double LengthPenalty { get; init; } = 1;

    /// <summary>Checks every value.</summary>
    /// <param name="vocabulary">Number of tokens.</param>
    /// <exception cref="ArgumentException">Something does not fit; the message names all of it.</exception>
    public void Validate(long vocabulary) => new OptionChecks(nameof(BeamSearchOptions))
        .That(StartId >= 0 && StartId < vocabulary, $"{nameof(StartId)} from 0 to below {vocabulary}, got {StartId}")
        .That(EndId >= 0 && EndId < vocabulary, $"{nameof(EndId)} from 0 to below {vocabulary}, got {EndId}")
        .AtLeast(MaxLength, 1, nameof(MaxLength))
        .AtLeast(Beams, 1, nameof(Beams))
        .That(
            LengthPenalty >= 0 && double.IsFinite(LengthPenalty),
            $"{nameof(LengthPenalty)} of at least 0, got {LengthPenalty}")
        .ThrowIfAny();
}
