namespace MaaS.Training.Models.Transformers;

/// <summary>The sizes and kinds that every layer of a Transformer shares.</summary>
public sealed record TransformerOptions
{
    /// <summary>Features of each position, at least 1; divisible by <see cref="Heads"/>.</summary>
    public long Width { get; init; } = 128;

    /// <summary>Number of layers, at least 1.</summary>
    public int Layers { get; init; } = 2;

    /// <summary>Attention heads, at least 1.</summary>
    public long Heads { get; init; } = 4;

    /// <summary>Features between the two dense layers, at least 1; null for four times <see cref="Width"/>.</summary>
    public long? FeedForward { get; init; }

    /// <summary>Share of values that training drops: embeddings, attention weights, and what each block adds; 0 to
    /// below 1.</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>The activation between the two dense layers.</summary>
    public ActivationKind Activation { get; init; } = ActivationKind.Gelu;

    /// <summary>Layer norm before each block and at the end (Xiong et al. 2020), not after each block as in Vaswani et
    /// al. 2017.</summary>
    public bool PreNorm { get; init; } = true;

    /// <summary>Added to the variance in layer norm, above 0.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>How positions are told apart.</summary>
    public PositionKind Positions { get; init; } = PositionKind.Learned;

    /// <summary>Longest sequence in positions, at least 1.</summary>
    public long MaxLength { get; init; } = 512;

    /// <summary>Features of one head.</summary>
    public long HeadDim => Width / Heads;

    /// <summary><see cref="FeedForward"/>, or what null stands for.</summary>
    public long Hidden => FeedForward ?? 4 * Width;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Something does not fit; the message names all of it.</exception>
    public void Validate() => AddTo(new OptionChecks(nameof(TransformerOptions))).ThrowIfAny();

    internal OptionChecks AddTo(OptionChecks checks) => checks
        .AtLeast(Width, 1, nameof(Width))
        .AtLeast(Layers, 1, nameof(Layers))
        .AtLeast(Heads, 1, nameof(Heads))
        .Divides(Heads, Width, nameof(Heads), nameof(Width))
        .AtLeast(Hidden, 1, nameof(FeedForward))
        .Share(Dropout, nameof(Dropout))
        .Defined(Activation, nameof(Activation))
        .That(NormEpsilon > 0, $"{nameof(NormEpsilon)} above 0, got {NormEpsilon}")
        .Defined(Positions, nameof(Positions))
        .That(
            Positions != PositionKind.Rotary || Heads < 1 || HeadDim % 2 == 0,
            $"an even head size with rotary positions, got {Width} / {Heads}")
        .AtLeast(MaxLength, 1, nameof(MaxLength));
}
