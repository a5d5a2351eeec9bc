using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Benchmarks.Compression;

/// <summary>A Transformer encoder over 128 byte tokens: d 256, 4 layers, 4 heads, mean-pooled, 10 classes.</summary>
/// <remarks>Vaswani et al. 2017, with the norm before each sublayer (Xiong et al. 2020).</remarks>
internal sealed class TokenEncoder : Module<Tensor, Tensor>
{
    public const int Sequence = 128, Width = 256, Layers = 4, Vocabulary = 256;

    private readonly Embedding tokens;
    private readonly Embedding positions;
    private readonly ModuleList<EncoderLayer> layers;
    private readonly LayerNorm norm;
    private readonly Linear logits;

    public TokenEncoder()
        : base(nameof(TokenEncoder))
    {
        tokens = Embedding(Vocabulary, Width);
        positions = Embedding(Sequence, Width);
        layers = ModuleList<EncoderLayer>(
            [.. Enumerable.Range(0, Layers).Select(static _ => new EncoderLayer(Width, heads: 4))]);
        norm = LayerNorm(Width);
        logits = Linear(Width, 10);
        RegisterComponents();
    }

    /// <summary>Bytes as numbers (B, 1, 1, 128) to logits (B, 10).</summary>
    public override Tensor forward(Tensor input)
    {
        var ids = input.flatten(1).round().clamp(0, Vocabulary - 1).to(ScalarType.Int64);               // (B, T)
        var x = tokens.call(ids) + positions.call(arange(Sequence, ScalarType.Int64, ids.device));      // (B, T, D)
        foreach (var layer in layers)
        {
            x = layer.call(x);
        }

        return logits.call(norm.call(x).mean([1]));                                                     // (B, 10)
    }

    private sealed class EncoderLayer : Module<Tensor, Tensor>
    {
        private readonly long _heads;
        private readonly LayerNorm attentionNorm, feedForwardNorm;
        private readonly Linear query, key, value, output, up, down;

        public EncoderLayer(long width, long heads)
            : base(nameof(EncoderLayer))
        {
            _heads = heads;
            (attentionNorm, feedForwardNorm) = (LayerNorm(width), LayerNorm(width));
            (query, key, value,
                output) = (Linear(width, width), Linear(width, width), Linear(width, width), Linear(width, width));
            (up, down) = (Linear(width, 4 * width), Linear(4 * width, width));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            var (b, t, d) = (input.shape[0], input.shape[1], input.shape[2]);
            var y = attentionNorm.call(input);
            // (B, H, T, D/H)
            var q = query.call(y).view(b, t, _heads, d / _heads).transpose(1, 2);
            var k = key.call(y).view(b, t, _heads, d / _heads).transpose(1, 2);
            var v = value.call(y).view(b, t, _heads, d / _heads).transpose(1, 2);
            var weights = (q.matmul(k.transpose(2, 3)) / Math.Sqrt((double)d / _heads)).softmax(-1);    // (B, H, T, T)
            // (B, T, D)
            var x = input + output.call(weights.matmul(v).transpose(1, 2).reshape(b, t, d));
            return x + down.call(functional.gelu(up.call(feedForwardNorm.call(x))));
        }
    }
}
