using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers.Bert;

/// <summary>Multi-head self-attention without its output layer, which BERT's checkpoints keep beside it.</summary>
public sealed class BertSelfAttention : Module<Tensor, AttentionMask?, Tensor>
{
    private readonly Linear query;
    private readonly Linear key;
    private readonly Linear value;
    private readonly long _headDim;
    private readonly double _dropout;

    internal BertSelfAttention(BertConfig config)
        : base(nameof(BertSelfAttention))
    {
        query = BertWeights.Dense(config.HiddenSize, config.HiddenSize, config);
        key = BertWeights.Dense(config.HiddenSize, config.HiddenSize, config);
        value = BertWeights.Dense(config.HiddenSize, config.HiddenSize, config);
        _headDim = config.HiddenSize / config.NumAttentionHeads;
        _dropout = config.AttentionProbsDropoutProb;
        RegisterComponents();
    }

    /// <summary>What each position gathers.</summary>
    /// <param name="input">(B, T, C).</param>
    /// <param name="mask">What is hidden; null for nothing.</param>
    /// <returns>(B, T, C).</returns>
    public override Tensor forward(Tensor input, AttentionMask? mask)
    {
        // (B, H, T, D)
        Tensor Heads(Linear layer) => Attention.Split(layer.call(input), _headDim);
        return Attention.Merge(Attention.Attend(Heads(query), Heads(key), Heads(value), mask, training ? _dropout : 0));
    }
}
