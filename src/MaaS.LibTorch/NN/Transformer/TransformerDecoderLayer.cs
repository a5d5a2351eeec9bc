using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Self-attention, attention to the encoder's memory and a feed-forward network, each with a residual connection and layer norm after it.</summary>
public sealed class TransformerDecoderLayer : Module<Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor>, IModule<Tensor, Tensor, Tensor>
{
    private readonly MultiheadAttention self_attn;
    private readonly MultiheadAttention multihead_attn;
    private readonly Linear linear1;
    private readonly Linear linear2;
    private readonly LayerNorm norm1;
    private readonly LayerNorm norm2;
    private readonly LayerNorm norm3;
    private readonly Func<TransformerDecoderLayer> _copy;
    private readonly double _dropout;
    private readonly bool _gelu;

    internal TransformerDecoderLayer(long d_model, long nhead, long dim_feedforward, double dropout, Activations activation)
        : base(nameof(TransformerDecoderLayer))
    {
        self_attn = nn.MultiheadAttention(d_model, nhead, dropout);
        multihead_attn = nn.MultiheadAttention(d_model, nhead, dropout);
        linear1 = nn.Linear(d_model, dim_feedforward);
        linear2 = nn.Linear(dim_feedforward, d_model);
        norm1 = nn.LayerNorm(d_model);
        norm2 = nn.LayerNorm(d_model);
        norm3 = nn.LayerNorm(d_model);
        _dropout = dropout;
        _gelu = activation == Activations.GELU;
        _copy = () => new TransformerDecoderLayer(d_model, nhead, dim_feedforward, dropout, activation);
        RegisterComponents();
    }

    public Tensor call(Tensor tgt, Tensor memory) => base.call(tgt, memory, null!, null!, null!, null!);

    public new Tensor call(Tensor tgt, Tensor memory, Tensor tgt_mask, Tensor? memory_mask = null, Tensor? tgt_key_padding_mask = null,
        Tensor? memory_key_padding_mask = null) =>
        base.call(tgt, memory, tgt_mask, memory_mask!, tgt_key_padding_mask!, memory_key_padding_mask!);

    /// <summary>(L, N, E), memory (S, N, E) to (L, N, E).</summary>
    public override Tensor forward(Tensor tgt, Tensor memory, Tensor tgt_mask, Tensor memory_mask, Tensor tgt_key_padding_mask, Tensor memory_key_padding_mask)
    {
        using var scope = NewDisposeScope();
        var (own, _) = self_attn.call(tgt, tgt, tgt, tgt_key_padding_mask, false, tgt_mask);
        var x = norm1.call(tgt.add(functional.dropout(own, _dropout, training)));
        var (other, _) = multihead_attn.call(x, memory, memory, memory_key_padding_mask, false, memory_mask);
        x = norm2.call(x.add(functional.dropout(other, _dropout, training)));
        return norm3.call(x.add(TransformerBlocks.FeedForward(x, linear1, linear2, _gelu, _dropout, training))).MoveToOuterDisposeScope();
    }

    /// <summary>A layer of the same shape, values, place and mode.</summary>
    internal TransformerDecoderLayer Copy() => TransformerBlocks.Copy(this, _copy);
}
