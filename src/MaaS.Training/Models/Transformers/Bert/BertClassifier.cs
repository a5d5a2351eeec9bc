using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers.Bert;

/// <summary>Classifies texts or pairs of texts with the pooled first token of a BERT.</summary>
/// <remarks>Devlin et al. 2019, section 4.1. Parameters: <c>bert.…</c>, <c>classifier.weight</c>,
/// <c>classifier.bias</c>.</remarks>
public sealed class BertClassifier : Module<Tensor, Tensor, Tensor>, IModule<Tensor, Tensor, Tensor?, Tensor>
{
    private readonly BertModel bert;
    private readonly Dropout dropout;
    private readonly Linear classifier;

    /// <summary>Fresh weights; random numbers come from torch's default generator.</summary>
    /// <param name="config">Sizes; its labels are the classes.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public BertClassifier(BertConfig config)
        : base(nameof(BertClassifier))
    {
        bert = new BertModel(config);
        dropout = Dropout(config.ClassifierDropout ?? config.HiddenDropoutProb);
        classifier = BertWeights.Dense(config.HiddenSize, config.Labels, config);
        RegisterComponents();
    }

    /// <summary>Logits of single texts.</summary>
    /// <param name="inputIds">(B, T), int64; the first token is the classification token.</param>
    /// <param name="attentionMask">(B, T), int64: 1 for tokens, 0 for padding.</param>
    /// <returns>(B, classes).</returns>
    public override Tensor forward(Tensor inputIds, Tensor attentionMask) => call(inputIds, attentionMask, null);

    /// <summary>Logits of texts or pairs of texts.</summary>
    /// <param name="inputIds">(B, T), int64; the first token is the classification token.</param>
    /// <param name="attentionMask">(B, T), int64: 1 for tokens, 0 for padding.</param>
    /// <param name="tokenTypes">(B, T), int64: the segment of each token; null for segment 0.</param>
    /// <returns>(B, classes).</returns>
    public Tensor call(Tensor inputIds, Tensor attentionMask, Tensor? tokenTypes)
        => classifier.call(dropout.call(bert.Pool(bert.call(inputIds, attentionMask, tokenTypes))));
}
