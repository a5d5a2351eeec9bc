using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Self-attention and a feed-forward network, each with dropout, a residual connection and layer norm after it.</summary>
public sealed class TransformerEncoderLayer : Module<Tensor, Tensor>, IModule<Tensor, Tensor, Tensor>, IModule<Tensor, Tensor, Tensor, Tensor>
{
    private readonly MultiheadAttention self_attn;
    private readonly Linear linear1;
    private readonly Linear linear2;
    private readonly LayerNorm norm1;
    private readonly LayerNorm norm2;
    private readonly Func<TransformerEncoderLayer> _copy;
    private readonly double _dropout;
    private readonly bool _gelu;

    internal TransformerEncoderLayer(long d_model, long nhead, long dim_feedforward, double dropout, Activations activation)
        : base(nameof(TransformerEncoderLayer))
    {
        self_attn = nn.MultiheadAttention(d_model, nhead, dropout);
        linear1 = nn.Linear(d_model, dim_feedforward);
        linear2 = nn.Linear(dim_feedforward, d_model);
        norm1 = nn.LayerNorm(d_model);
        norm2 = nn.LayerNorm(d_model);
        _dropout = dropout;
        _gelu = activation == Activations.GELU;
        _copy = () => new TransformerEncoderLayer(d_model, nhead, dim_feedforward, dropout, activation);
        RegisterComponents();
    }

    public Tensor call(Tensor src, Tensor src_mask) => Encode(src, src_mask, null);

    public Tensor call(Tensor src, Tensor src_mask, Tensor src_key_padding_mask) => Encode(src, src_mask, src_key_padding_mask);

    public override Tensor forward(Tensor src) => Encode(src, null, null);

    /// <summary>(L, N, E) to (L, N, E).</summary>
    internal Tensor Encode(Tensor src, Tensor? mask, Tensor? paddingMask)
    {
        using var scope = NewDisposeScope();
        var (attended, _) = self_attn.call(src, src, src, paddingMask, false, mask);
        var x = norm1.call(src.add(functional.dropout(attended, _dropout, training)));
        return norm2.call(x.add(TransformerBlocks.FeedForward(x, linear1, linear2, _gelu, _dropout, training))).MoveToOuterDisposeScope();
    }

    /// <summary>A layer of the same shape, values, place and mode.</summary>
    internal TransformerEncoderLayer Copy() => TransformerBlocks.Copy(this, _copy);
}
