using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers;

/// <summary>A decoder-only language model: embedding, layers that see what came before, logits of the next
/// token.</summary>
/// <remarks>Radford et al. 2019: Language models are unsupervised multitask learners (GPT-2), section 2.3,
/// initialisation included; with rotary positions instead of learned ones, Su et al. 2021.</remarks>
public sealed class Gpt : CausalLanguageModel
{
    private readonly TokenEmbedding embedding;
    private readonly TransformerEncoder decoder;
    private readonly Linear? head;

    /// <summary>Fresh weights; random numbers come from torch's default generator.</summary>
    /// <exception cref="ArgumentException">The options do not fit together.</exception>
    public Gpt(GptOptions options)
        : base(nameof(Gpt))
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Options = options;
        embedding = new TokenEmbedding(options.Vocabulary, options.Decoder);
        decoder = new TransformerEncoder(options.Decoder);
        head = options.TieWeights ? null : Linear(options.Decoder.Width, options.Vocabulary, hasBias: false);
        RegisterComponents();
        Initialize();
    }

    /// <summary>What it was made with.</summary>
    public GptOptions Options { get; }

    /// <summary>Logits after every token.</summary>
    /// <param name="inputIds">(B, T), int64. Padding at the end has no influence on what comes before it.</param>
    /// <returns>(B, T, vocabulary): row t is what the tokens up to t say of token t + 1.</returns>
    /// <exception cref="ArgumentException">The sequence is longer than the model's longest.</exception>
    public override Tensor forward(Tensor inputIds) => Head(Decode(inputIds, null));

    /// <inheritdoc/>
    public override long Vocabulary => Options.Vocabulary;

    /// <inheritdoc/>
    public override long MaxLength => Options.Decoder.MaxLength;

    /// <inheritdoc/>
    public override int Layers => Options.Decoder.Layers;

    /// <inheritdoc/>
    public override Tensor Step(Tensor inputIds, IReadOnlyList<KeyValueCache> caches)
    {
        ArgumentNullException.ThrowIfNull(inputIds);
        CheckCaches(caches);
        return Head(Decode(inputIds, caches).select(1, -1));   // (B, V)
    }

    /// <inheritdoc/>
    public override Tensor Step(
        Tensor inputIds, Tensor attentionMask, Tensor positionIds, IReadOnlyList<KeyValueCache> caches)
    {
        ArgumentNullException.ThrowIfNull(inputIds);
        CheckCaches(caches);
        var x = embedding.At(inputIds, positionIds);                                                     // (B, T, C)
        var mask = AttentionMask.LeftPadded(attentionMask, positionIds, caches[0].Length, x.dtype);
        return Head(decoder.call(x, mask, caches));                                                      // (B, T, V)
    }

    private Tensor Decode(Tensor inputIds, IReadOnlyList<KeyValueCache>? caches)
    {
        var (past, length) = (caches?[0].Length ?? 0, inputIds.shape[1]);
        SequenceCheck.AtMost(nameof(Gpt), past + length, Options.Decoder.MaxLength);
        var x = embedding.call(inputIds, past);                                                          // (B, T, C)
        // (B, T, C)
        return decoder.call(x, AttentionMask.Causal(length, past + length, x.device, type: x.dtype), caches);
    }

    private Tensor Head(Tensor x) => head is null ? functional.linear(x, embedding.Weight) : head.call(x);

    // Weights of deviation 0.02; those that write into the residual stream are smaller by the root of their number.
    private void Initialize()
    {
        foreach (var (name, parameter) in named_parameters())
        {
            if (parameter.dim() > 1)
            {
                var residual = name.EndsWith("output.weight", StringComparison.Ordinal)
                    || name.EndsWith("down.weight", StringComparison.Ordinal);
                init.normal_(parameter, std: residual ? 0.02 / Math.Sqrt(2 * Options.Decoder.Layers) : 0.02);
            }
        }
    }
}
