using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers.Bert;

/// <summary>The layers of a BERT.</summary>
public sealed class BertEncoder : Module<Tensor, AttentionMask?, Tensor>
{
    private readonly ModuleList<BertLayer> layer;

    internal BertEncoder(BertConfig config)
        : base(nameof(BertEncoder))
    {
        layer = new ModuleList<BertLayer>(
            [.. Enumerable.Range(0, config.NumHiddenLayers).Select(_ => new BertLayer(config))]);
        RegisterComponents();
    }

    /// <summary>All layers.</summary>
    /// <param name="input">(B, T, C).</param>
    /// <param name="mask">What is hidden; null for nothing.</param>
    /// <returns>(B, T, C).</returns>
    public override Tensor forward(Tensor input, AttentionMask? mask)
        => layer.Aggregate(input, (x, next) => next.call(x, mask));
}
