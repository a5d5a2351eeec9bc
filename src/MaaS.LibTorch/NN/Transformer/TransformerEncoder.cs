using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Encoder layers one after the other, copies of one layer: (L, N, E) to (L, N, E).</summary>
public sealed class TransformerEncoder : Module<Tensor, Tensor, Tensor, Tensor>, IModule<Tensor, Tensor, Tensor>, IModule<Tensor, Tensor>
{
    private readonly ModuleList<TransformerEncoderLayer> layers;

    internal TransformerEncoder(TransformerEncoderLayer encoder_layer, long num_layers) : base(nameof(TransformerEncoder))
    {
        layers = new ModuleList<TransformerEncoderLayer>();
        for (var i = 0; i < num_layers; i++) layers.Add(encoder_layer.Copy());
        RegisterComponents();
    }

    public enum Activations
    {
        ReLU = 0,
        GELU = 1,
    }

    public Tensor call(Tensor src) => base.call(src, null!, null!);

    public Tensor call(Tensor src, Tensor src_mask) => base.call(src, src_mask, null!);

    public override Tensor forward(Tensor src, Tensor src_mask, Tensor src_key_padding_mask)
    {
        using var scope = NewDisposeScope();
        var output = src.alias();
        foreach (var layer in layers) output = layer.Encode(output, src_mask, src_key_padding_mask);
        return output.MoveToOuterDisposeScope();
    }
}
