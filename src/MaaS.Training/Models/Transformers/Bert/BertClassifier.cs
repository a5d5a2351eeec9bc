using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers.Bert;

/// <summary>Classifies texts or pairs of texts with one vector that a BERT gives for each.</summary>
/// <remarks>Devlin et al. 2019, section 4.1, for the pooled first token; Reimers, Gurevych 2019, section 3, for the
/// mean. Parameters: <c>bert.…</c>, <c>classifier.weight</c>, <c>classifier.bias</c>.</remarks>
public sealed class BertClassifier : Module<Tensor, Tensor, Tensor>, IModule<Tensor, Tensor, Tensor?, Tensor>
{
    private readonly BertModel bert;
    private readonly Dropout dropout;
    private readonly Linear classifier;

    /// <summary>Fresh weights; random numbers come from torch's default generator.</summary>
    /// <param name="config">Sizes; its labels are the classes.</param>
    /// <param name="pooling">What the classes are told from: the first token through BERT's pooler, or the mean over
    /// the tokens, as sentence encoders are trained; there is no pooler then.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public BertClassifier(BertConfig config, Pooling pooling = Pooling.First)
        : base(nameof(BertClassifier))
    {
        bert = new BertModel(config, withPooler: pooling == Pooling.First);
        dropout = Dropout(config.ClassifierDropout ?? config.HiddenDropoutProb);
        classifier = BertWeights.Dense(config.HiddenSize, config.Labels, config);
        Pooling = pooling;
        RegisterComponents();
    }

    /// <summary>What the classes are told from.</summary>
    public Pooling Pooling { get; }

    /// <summary>The layer that gives the logits: (classes, C).</summary>
    internal Linear Head => classifier;

    /// <summary>The network below the head.</summary>
    internal BertModel Encoder => bert;

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
        => classifier.call(dropout.call(Features(inputIds, attentionMask, tokenTypes)));

    /// <summary>One vector for each text, which the head reads.</summary>
    /// <returns>(B, C).</returns>
    internal Tensor Features(Tensor inputIds, Tensor attentionMask, Tensor? tokenTypes = null)
    {
        var x = bert.call(inputIds, attentionMask, tokenTypes);   // (B, T, C)
        if (Pooling == Pooling.First)
        {
            return bert.Pool(x);
        }

        var kept = attentionMask.ne(0).to(x.dtype).unsqueeze(-1);   // (B, T, 1)
        return (x * kept).sum(1) / kept.sum(1).clamp_min(1);        // (B, C)
    }
}
