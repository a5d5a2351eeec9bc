using MaaS.Training.Startup;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers.Llama;

/// <summary>The decoder of Llama and of what followed it: root-mean-square norm, rotary positions, gated feed-forward
/// blocks, keys and values shared by groups of heads.</summary>
/// <remarks>Touvron et al. 2023: LLaMA: open and efficient foundation language models, section 2.2. With the options of
/// Mistral (sliding window), Qwen2 (biases), Qwen3 (normalised queries and keys) and Phi-3 (features that do not
/// turn).</remarks>
public sealed class LlamaModel : CausalLanguageModel
{
    private readonly Embedding embedding;
    private readonly ModuleList<LlamaLayer> layers;
    private readonly RmsNorm norm;
    private readonly Linear? head;
    private readonly RotaryAngles _angles;

    /// <summary>Fresh weights; random numbers come from torch's default generator.</summary>
    /// <exception cref="ArgumentException">The options do not fit together.</exception>
    public LlamaModel(LlamaOptions options)
        : base(nameof(LlamaModel))
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        TorchRuntime.Ensure();
        Options = options;
        embedding = Embedding(options.Vocabulary, options.Width);
        layers = new ModuleList<LlamaLayer>(
            [.. Enumerable.Range(0, options.Layers).Select(_ => new LlamaLayer(options))]);
        norm = new RmsNorm(options.Width, options.NormEpsilon);
        head = options.TieWeights ? null : Linear(options.Width, options.Vocabulary, hasBias: false);
        _angles = new RotaryAngles(options);
        RegisterComponents();
        Initialize();
    }

    /// <summary>What it was made with.</summary>
    public LlamaOptions Options { get; }

    /// <inheritdoc/>
    public override long Vocabulary => Options.Vocabulary;

    /// <inheritdoc/>
    public override long MaxLength => Options.MaxLength;

    /// <inheritdoc/>
    public override int Layers => Options.Layers;

    /// <summary>Logits after every token.</summary>
    /// <param name="inputIds">(B, T), int64. Padding at the end has no influence on what comes before it.</param>
    /// <returns>(B, T, vocabulary): row t is what the tokens up to t say of token t + 1.</returns>
    /// <exception cref="ArgumentException">The sequence is longer than the model's longest.</exception>
    public override Tensor forward(Tensor inputIds) => Head(Decode(inputIds, null));

    /// <inheritdoc/>
    public override Tensor Step(Tensor inputIds, IReadOnlyList<KeyValueCache> caches)
    {
        CheckCaches(caches);
        return Head(Decode(inputIds, caches).select(1, -1));   // (B, V)
    }

    /// <inheritdoc/>
    public override Tensor Step(
        Tensor inputIds, Tensor attentionMask, Tensor positionIds, IReadOnlyList<KeyValueCache> caches)
    {
        ArgumentNullException.ThrowIfNull(positionIds);
        CheckCaches(caches);
        var x = Vectors(inputIds);
        var mask = AttentionMask.LeftPadded(
            attentionMask, positionIds, caches[0].Length, x.dtype, Options.SlidingWindow);
        return Head(Run(x, positionIds, mask, caches));        // (B, T, V)
    }

    private Tensor Decode(Tensor inputIds, IReadOnlyList<KeyValueCache>? caches)
    {
        var x = Vectors(inputIds);
        var (past, length) = (caches?[0].Length ?? 0, inputIds.shape[1]);
        SequenceCheck.AtMost(nameof(LlamaModel), past + length, MaxLength);
        var positions = arange(past, past + length, ScalarType.Int64, x.device).unsqueeze(0);   // (1, T)
        var mask = AttentionMask.Windowed(length, past + length, Options.SlidingWindow, x.device, x.dtype);
        return Run(x, positions, mask, caches);
    }

    private Tensor Vectors(Tensor inputIds)
    {
        SequenceCheck.Ids(nameof(LlamaModel), inputIds);
        return embedding.call(inputIds);   // (B, T, C)
    }

    private Tensor Run(Tensor x, Tensor positions, AttentionMask mask, IReadOnlyList<KeyValueCache>? caches)
    {
        var rotation = _angles.At(positions, x);
        var grouped = mask.Grouped(Options.Heads / Options.SharedHeads);   // (B or 1, 1, G·T, S)
        for (var i = 0; i < layers.Count; i++)
        {
            x = layers[i].call(x, rotation, grouped, caches?[i]);
        }

        return norm.call(x);   // (B, T, C)
    }

    private Tensor Head(Tensor x) => head is null ? functional.linear(x, embedding.weight!) : head.call(x);

    // Weights of deviation 0.02; those that write into the residual stream are smaller by the root of their number
    // (Radford et al. 2019). Biases start at zero.
    private void Initialize()
    {
        foreach (var (name, parameter) in named_parameters())
        {
            if (parameter.dim() > 1)
            {
                var residual = name.EndsWith("output.weight", StringComparison.Ordinal)
                    || name.EndsWith("down.weight", StringComparison.Ordinal);
                init.normal_(parameter, std: residual ? 0.02 / Math.Sqrt(2 * Options.Layers) : 0.02);
            }
            else if (name.EndsWith(".bias", StringComparison.Ordinal))
            {
                init.zeros_(parameter);
            }
        }
    }
}
