namespace MaaS.Training.Models.Transformers.Llama;

/// <summary>Sizes and kinds of a <see cref="LlamaModel"/>. The defaults but for its sizes are Llama's; Mistral, Qwen
/// and Phi-3 differ in what is named here.</summary>
public sealed record LlamaOptions
{
    /// <summary>Number of tokens, at least 1.</summary>
    public required long Vocabulary { get; init; }

    /// <summary>Features C of each position, at least 1.</summary>
    public long Width { get; init; } = 128;

    /// <summary>Number of layers, at least 1.</summary>
    public int Layers { get; init; } = 4;

    /// <summary>Query heads H, at least 1.</summary>
    public long Heads { get; init; } = 4;

    /// <summary>Heads of keys and values; each serves as many query heads (grouped-query attention, Ainslie et al.
    /// 2023). Divides <see cref="Heads"/>; null for as many.</summary>
    public long? KeyValueHeads { get; init; }

    /// <summary>Features D of one head, at least 1; null for <see cref="Width"/> / <see cref="Heads"/>.</summary>
    public long? HeadDim { get; init; }

    /// <summary>Features between the dense layers, at least 1; null for about 8/3 of <see cref="Width"/>, which has as
    /// many weights as four times the width without a gate.</summary>
    public long? FeedForward { get; init; }

    /// <summary>Longest sequence in positions, at least 1, the prompt included.</summary>
    public long MaxLength { get; init; } = 512;

    /// <summary>Added to the mean square in <see cref="RmsNorm"/>, above 0.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>Slowest wavelength of the positions over 2π, above 1.</summary>
    public double RotaryBase { get; init; } = 10000;

    /// <summary>How positions beyond those of the first training are stretched; null for not.</summary>
    public RotaryScaling? RotaryScaling { get; init; }

    /// <summary>Share of a head's features that turn by their position, above 0 to 1; the first ones.</summary>
    public double RotaryShare { get; init; } = 1;

    /// <summary>Keys that a query sees, its own among them, at least 1; null for all before it (Mistral's sliding
    /// window, Beltagy et al. 2020).</summary>
    public long? SlidingWindow { get; init; }

    /// <summary>Whether queries, keys and values have a bias, as Qwen2's.</summary>
    public bool QueryKeyValueBias { get; init; }

    /// <summary>Whether attention's output has a bias.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Whether the feed-forward block's layers have one.</summary>
    public bool FeedForwardBias { get; init; }

    /// <summary>Whether each head's query and key are normalised before they turn, as Qwen3's.</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>Whether the logits use the table of token vectors, or a table of their own.</summary>
    public bool TieWeights { get; init; } = true;

    /// <summary>Share of values that training drops: attention weights, and what each block adds; 0 to below
    /// 1.</summary>
    public double Dropout { get; init; }

    /// <summary>Whether the weights come from a family whose checkpoints hold queries, keys and values as one matrix
    /// (Phi-3), and are written so again. The model computes the same.</summary>
    internal bool IsMerged { get; init; }

    /// <summary><see cref="KeyValueHeads"/>, or what null stands for.</summary>
    public long SharedHeads => KeyValueHeads ?? Heads;

    /// <summary><see cref="HeadDim"/>, or what null stands for.</summary>
    public long HeadSize => HeadDim ?? (Heads < 1 ? 0 : Width / Heads);

    /// <summary><see cref="FeedForward"/>, or what null stands for: a multiple of 8.</summary>
    public long Hidden => FeedForward ?? (((8 * Width / 3) + 7) / 8 * 8);

    /// <summary>Features of a head that turn.</summary>
    public long RotaryFeatures => (long)(HeadSize * RotaryShare);

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Something does not fit; the message names all of it.</exception>
    public void Validate()
    {
        var checks = new OptionChecks(nameof(LlamaOptions))
            .AtLeast(Vocabulary, 1, nameof(Vocabulary))
            .AtLeast(Width, 1, nameof(Width))
            .AtLeast(Layers, 1, nameof(Layers))
            .AtLeast(Heads, 1, nameof(Heads))
            .AtLeast(SharedHeads, 1, nameof(KeyValueHeads))
            .Divides(SharedHeads, Heads, nameof(KeyValueHeads), nameof(Heads))
            .AtLeast(Hidden, 1, nameof(FeedForward))
            .AtLeast(MaxLength, 1, nameof(MaxLength))
            .AtLeast(SlidingWindow ?? 1, 1, nameof(SlidingWindow))
            .Share(Dropout, nameof(Dropout))
            .That(NormEpsilon > 0, $"{nameof(NormEpsilon)} above 0, got {NormEpsilon}")
            .That(RotaryBase > 1, $"{nameof(RotaryBase)} above 1, got {RotaryBase}")
            .That(RotaryShare is > 0 and <= 1, $"{nameof(RotaryShare)} above 0 to 1, got {RotaryShare}")
            .That(
                RotaryFeatures >= 2 && RotaryFeatures % 2 == 0,
                $"an even number of features that turn, got {RotaryFeatures} of a head of {HeadSize}");
        if (HeadDim is null)
        {
            checks.Divides(Heads, Width, nameof(Heads), nameof(Width));
        }

        RotaryScaling?.AddTo(checks);
        checks.ThrowIfAny();
    }
}
