using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers.Llama;

/// <summary>Causal attention whose query heads share keys and values in groups.</summary>
/// <remarks>
/// Ainslie et al. 2023: GQA, section 2.2. The G query heads of a group stand one after the other as queries of one
/// head, so that no key is copied for each of them.
/// </remarks>
internal sealed class LlamaAttention : Module<Tensor, Rotation, AttentionMask, KeyValueCache?, Tensor>
{
    private readonly Linear query;
    private readonly Linear key;
    private readonly Linear value;
    private readonly Linear output;
    private readonly RmsNorm? queryNorm;
    private readonly RmsNorm? keyNorm;
    private readonly long _headDim;
    private readonly long _sharedHeads;
    private readonly long _groups;
    private readonly double _dropout;

    public LlamaAttention(LlamaOptions options)
        : base(nameof(LlamaAttention))
    {
        var (queries, shared) = (options.Heads * options.HeadSize, options.SharedHeads * options.HeadSize);
        query = Linear(options.Width, queries, options.QueryKeyValueBias);
        key = Linear(options.Width, shared, options.QueryKeyValueBias);
        value = Linear(options.Width, shared, options.QueryKeyValueBias);
        output = Linear(queries, options.Width, options.OutputBias);
        queryNorm = options.QueryKeyNorm ? new RmsNorm(options.HeadSize, options.NormEpsilon) : null;
        keyNorm = options.QueryKeyNorm ? new RmsNorm(options.HeadSize, options.NormEpsilon) : null;
        (_headDim, _sharedHeads) = (options.HeadSize, options.SharedHeads);
        (_groups, _dropout) = (options.Heads / options.SharedHeads, options.Dropout);
        RegisterComponents();
    }

    /// <summary>Mixes the values of the keys that each position attends to.</summary>
    /// <param name="input">(B, T, C).</param>
    /// <param name="rotation">Of the T positions.</param>
    /// <param name="mask">What is hidden of the S keys, (B or 1, 1, G·T, S).</param>
    /// <param name="cache">Keys and values of earlier calls, to which the input's are added; null to keep
    /// nothing.</param>
    /// <returns>(B, T, C).</returns>
    public override Tensor forward(Tensor input, Rotation rotation, AttentionMask mask, KeyValueCache? cache)
    {
        var queries = Group(rotation.Turn(Normalized(Heads(query, input), queryNorm)));              // (B, K, G·T, D)
        var keys = rotation.Turn(Normalized(Heads(key, input), keyNorm)).transpose(1, 2);            // (B, K, T, D)
        var values = Heads(value, input).transpose(1, 2);                                            // (B, K, T, D)
        (keys, values) = cache is null ? (keys, values) : cache.Append(keys, values);                // (B, K, S, D)
        var mixed = Attention.Attend(queries, keys, values, mask, training ? _dropout : 0);          // (B, K, G·T, D)
        return output.call(Ungroup(mixed, input.shape[1]));
    }

    // (B, T, H, D)
    private Tensor Heads(Linear layer, Tensor input)
        => layer.call(input).view(input.shape[0], input.shape[1], -1, _headDim);

    private static Tensor Normalized(Tensor heads, RmsNorm? norm) => norm is null ? heads : norm.call(heads);

    // (B, T, H, D) to (B, K, G·T, D)
    private Tensor Group(Tensor heads)
    {
        if (_groups == 1)
        {
            return heads.transpose(1, 2);
        }

        var (batch, length) = (heads.shape[0], heads.shape[1]);
        return heads.view(batch, length, _sharedHeads, _groups, _headDim).permute(0, 2, 3, 1, 4)
            .reshape(batch, _sharedHeads, _groups * length, _headDim);
    }

    // (B, K, G·T, D) to (B, T, H·D)
    private Tensor Ungroup(Tensor mixed, long length)
        => _groups == 1 ? Attention.Merge(mixed)
            : mixed.view(mixed.shape[0], _sharedHeads, _groups, length, _headDim).permute(0, 3, 1, 2, 4)
                .reshape(mixed.shape[0], length, _sharedHeads * _groups * _headDim);
}
