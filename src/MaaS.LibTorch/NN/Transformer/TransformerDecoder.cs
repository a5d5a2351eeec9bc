using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Decoder layers one after the other, copies of one layer: (L, N, E), memory (S, N, E) to (L, N, E).</summary>
public sealed class TransformerDecoder : Module<Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor>
{
    private readonly ModuleList<TransformerDecoderLayer> layers;

    internal TransformerDecoder(TransformerDecoderLayer decoder_layer, long num_layers) : base(nameof(TransformerDecoder))
    {
        layers = new ModuleList<TransformerDecoderLayer>();
        for (var i = 0; i < num_layers; i++) layers.Add(decoder_layer.Copy());
        RegisterComponents();
    }

    public Tensor call(Tensor tgt, Tensor memory) => base.call(tgt, memory, null!, null!, null!, null!);

    public new Tensor call(Tensor tgt, Tensor memory, Tensor tgt_mask, Tensor? memory_mask = null, Tensor? tgt_key_padding_mask = null,
        Tensor? memory_key_padding_mask = null) =>
        base.call(tgt, memory, tgt_mask, memory_mask!, tgt_key_padding_mask!, memory_key_padding_mask!);

    public override Tensor forward(Tensor tgt, Tensor memory, Tensor tgt_mask, Tensor? memory_mask = null, Tensor? tgt_key_padding_mask = null,
        Tensor? memory_key_padding_mask = null)
    {
        using var scope = NewDisposeScope();
        var output = tgt.alias();
        foreach (var layer in layers) output = layer.forward(output, memory, tgt_mask, memory_mask!, tgt_key_padding_mask!, memory_key_padding_mask!);
        return output.MoveToOuterDisposeScope();
    }
}
