using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Tests.Pruning.Nets;

/// <summary>An embedding and a pre-norm Transformer block of 4 heads; the number of heads is left open with −1, or
/// not.</summary>
internal sealed class AttentionNet : SmallNet
{
    public const long HeadDim = 4;

    public readonly Embedding embedding = Embedding(11, 16);
    public readonly LayerNorm norm1 = LayerNorm(16);
    public readonly Linear query = Linear(16, 16);
    public readonly Linear key = Linear(16, 16);
    public readonly Linear value = Linear(16, 16);
    public readonly Linear output = Linear(16, 16);
    public readonly LayerNorm norm2 = LayerNorm(16);
    public readonly Linear up = Linear(16, 24);
    public readonly Linear down = Linear(24, 16);
    public readonly Linear logits = Linear(16, 3);

    private readonly long _heads;

    public AttentionNet(long heads = -1)
        : base(nameof(AttentionNet))
    {
        _heads = heads;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        var x = embedding.call(input);                                             // (B, T, 16)
        x = x + output.call(Attention(norm1.call(x)));
        x = x + down.call(functional.gelu(up.call(norm2.call(x))));
        return logits.call(x.mean([1]));                                           // (B, 3)
    }

    private Tensor Attention(Tensor x)
    {
        var (b, t) = (x.shape[0], x.shape[1]);
        Tensor Heads(Linear layer) => layer.call(x).view(b, t, _heads, HeadDim).transpose(1, 2);   // (B, H, T, D)
        var scores = Heads(query).matmul(Heads(key).transpose(-2, -1)) / Math.Sqrt(HeadDim);        // (B, H, T, T)
        var mixed = functional.softmax(scores, -1).matmul(Heads(value));                            // (B, H, T, D)
        return mixed.transpose(1, 2).reshape(b, t, -1);                                             // (B, T, H·D)
    }
}
