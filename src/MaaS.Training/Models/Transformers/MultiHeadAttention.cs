using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers;

/// <summary>Attention in several heads: to the input itself, or to a memory (cross-attention).</summary>
/// <remarks>Vaswani et al. 2017, section 3.2.2. Heads can be pruned: their number is nowhere written down.</remarks>
public sealed class MultiHeadAttention : Module<Tensor, Tensor?, AttentionMask?, KeyValueCache?, Tensor>
{
    private readonly Linear query;
    private readonly Linear key;
    private readonly Linear value;
    private readonly Linear output;
    private readonly RotaryPositions? rotary;
    private readonly long _headDim;
    private readonly double _dropout;

    /// <summary>Xavier-uniform weights, zero biases.</summary>
    /// <param name="width">Features C, divisible by the heads.</param>
    /// <param name="heads">At least 1.</param>
    /// <param name="dropout">Share of attention weights that training drops, 0 to below 1.</param>
    /// <param name="rotary">Turns queries and keys by their positions; owned by this module. Not for
    /// cross-attention.</param>
    /// <exception cref="ArgumentException">A size does not fit.</exception>
    public MultiHeadAttention(long width, long heads, double dropout = 0, RotaryPositions? rotary = null)
        : base(nameof(MultiHeadAttention))
    {
        new OptionChecks(nameof(MultiHeadAttention)).AtLeast(width, 1, nameof(width)).AtLeast(heads, 1, nameof(heads))
            .Divides(heads, width, nameof(heads), nameof(width)).Share(dropout, nameof(dropout)).ThrowIfAny();
        query = Xavier.Initialize(Linear(width, width));
        key = Xavier.Initialize(Linear(width, width));
        value = Xavier.Initialize(Linear(width, width));
        output = Xavier.Initialize(Linear(width, width));
        this.rotary = rotary;
        _headDim = width / heads;
        _dropout = dropout;
        RegisterComponents();
    }

    /// <summary>The self-attention of a layer, which turns by positions where the options say so.</summary>
    internal static MultiHeadAttention ToSelf(TransformerOptions options) => new(
        options.Width, options.Heads, options.Dropout,
        options.Positions == PositionKind.Rotary ? new RotaryPositions(options.HeadDim, options.MaxLength) : null);

    /// <summary>Mixes the values of the keys that each position of the input attends to.</summary>
    /// <param name="input">(B, T, C): what asks.</param>
    /// <param name="memory">(B, S, C): what is looked at; null for the input itself.</param>
    /// <param name="mask">What is hidden of the S keys, those in the cache included; null for nothing.</param>
    /// <param name="cache">Keys and values of earlier calls. The input's are added to it; a memory's are computed by
    /// the first call and read by later ones. Null to keep nothing.</param>
    /// <returns>(B, T, C).</returns>
    public override Tensor forward(Tensor input, Tensor? memory, AttentionMask? mask, KeyValueCache? cache)
    {
        var queries = Turn(Attention.Split(query.call(input), _headDim), mask, cache);   // (B, H, T, D)
        // (B, H, S, D)
        var (keys, values) = KeysAndValues(memory ?? input, isMemory: memory is not null, mask, cache);
        return output.call(Attention.Merge(Attention.Attend(queries, keys, values, mask, training ? _dropout : 0)));
    }

    private (Tensor Keys, Tensor Values) KeysAndValues(
        Tensor source, bool isMemory, AttentionMask? mask, KeyValueCache? cache)
    {
        if (isMemory && cache is { Length: > 0 })
        {
            return cache.Read();
        }

        var keys = Turn(Attention.Split(key.call(source), _headDim), mask, cache);
        var values = Attention.Split(value.call(source), _headDim);
        return cache is null ? (keys, values) : cache.Append(keys, values);
    }

    private Tensor Turn(Tensor heads, AttentionMask? mask, KeyValueCache? cache)
        => rotary is null ? heads
            : mask?.Positions is { } positions ? rotary.At(heads, positions)
            : rotary.call(heads, cache?.Length ?? 0);
}
