using MaaS.Training.Models.Transformers;
using MaaS.Training.Models.Transformers.Llama;

namespace MaaS.Training.Pipelines.Generation;

/// <summary>Sizes of a language model that is trained from texts alone.</summary>
public sealed record LanguageModelOptions
{
    /// <summary>Llama's kind of decoder.</summary>
    public const string Llama = "llama";

    /// <summary>GPT-2's kind.</summary>
    public const string Gpt = "gpt";

    /// <summary>Ends each text.</summary>
    public const string EndOfText = "<|endoftext|>";

    /// <summary>Kinds of networks.</summary>
    public static IReadOnlyList<string> Architectures { get; } = [Llama, Gpt];

    /// <summary>One of <see cref="Architectures"/>.</summary>
    public string Architecture { get; init; } = Llama;

    /// <summary>Most tokens of the byte-level vocabulary, which is learned from the training texts alone; at least
    /// 256 and one for each of <see cref="SpecialTokens"/>: 259 of the usual ones.</summary>
    public int Vocabulary { get; init; } = 2048;

    /// <summary>Features of each position, divisible by <see cref="Heads"/>.</summary>
    public long Width { get; init; } = 192;

    /// <summary>Number of layers, at least 1.</summary>
    public int Layers { get; init; } = 4;

    /// <summary>Attention heads, at least 1.</summary>
    public long Heads { get; init; } = 6;

    /// <summary>Heads of keys and values of a Llama, which divide <see cref="Heads"/>; null for as many.</summary>
    public long? KeyValueHeads { get; init; }

    /// <summary>Longest sequence in tokens, which is that of training; at least 8.</summary>
    public int Context { get; init; } = 256;

    /// <summary>Share of values that training drops, 0 to below 1.</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>Tokens of no text of their own: the first ends texts, the others open and close a chat's
    /// messages.</summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } = [EndOfText, "<|im_start|>", "<|im_end|>"];

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Something does not fit; the message names it.</exception>
    public void Validate()
    {
        if (!Architectures.Contains(Architecture) || Vocabulary < 256 + SpecialTokens.Count || Context < 8
            || SpecialTokens.Count == 0 || (Architecture == Gpt && KeyValueHeads is not null))
        {
            throw new ArgumentException(
                $"LanguageModelOptions: expected an architecture of {string.Join(", ", Architectures)}, a vocabulary "
                    + $"of at least {256 + SpecialTokens.Count}, a context of at least 8, a special token, and "
                    + $"KeyValueHeads of a {Llama} alone, got {Architecture}, {Vocabulary}, {Context}, "
                    + $"[{string.Join(", ", SpecialTokens)}] and {KeyValueHeads?.ToString() ?? "none"}.");
        }

        if (Architecture == Llama)
        {
            OfLlama(Vocabulary).Validate();
        }
        else
        {
            OfGpt(Vocabulary).Validate();
        }
    }

    /// <summary>Fails where the weights are too many for the package that is to hold them.</summary>
    /// <param name="path">Where the package is to be written.</param>
    /// <exception cref="ArgumentException">The path ends in <c>.maas</c>, and the weights are too many for a single
    /// file.</exception>
    public void ThrowIfTooLarge(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        NetworkPackage.ThrowIfTooLarge(path, sizeof(float) * Weights);
    }

    // Those of the tables and matrices; vectors are few beside them.
    private double Weights
    {
        get
        {
            var width = (double)Width;
            if (Architecture == Gpt)
            {
                return (width * (Vocabulary + Context)) + (Layers * 12 * width * width);
            }

            var llama = OfLlama(Vocabulary);
            return (width * Vocabulary) + (Layers * width
                * ((2.0 * llama.HeadSize * (llama.Heads + llama.SharedHeads)) + (3.0 * llama.Hidden)));
        }
    }

    /// <summary>A network with fresh weights.</summary>
    /// <param name="vocabulary">Tokens that there are.</param>
    internal CausalLanguageModel Create(int vocabulary)
        => Architecture == Llama ? new LlamaModel(OfLlama(vocabulary)) : new Gpt(OfGpt(vocabulary));

    private LlamaOptions OfLlama(int vocabulary) => new()
    {
        Vocabulary = vocabulary,
        Width = Width,
        Layers = Layers,
        Heads = Heads,
        KeyValueHeads = KeyValueHeads,
        MaxLength = Context,
        Dropout = Dropout,
    };

    private GptOptions OfGpt(int vocabulary) => new()
    {
        Vocabulary = vocabulary,
        Decoder = new TransformerOptions
        {
            Width = Width,
            Layers = Layers,
            Heads = Heads,
            MaxLength = Context,
            Dropout = Dropout,
            Activation = ActivationKind.GeluTanh,
        },
    };
}
