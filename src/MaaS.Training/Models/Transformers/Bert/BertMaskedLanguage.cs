using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers.Bert;

/// <summary>Predicts the tokens that were masked, as BERT is pre-trained.</summary>
/// <remarks>Devlin et al. 2019, section 3.1, task 1. Parameters: <c>bert.…</c>, <c>cls.predictions.…</c>.</remarks>
public sealed class BertMaskedLanguage : Module<Tensor, Tensor, Tensor>, IModule<Tensor, Tensor, Tensor?, Tensor>
{
    private readonly BertModel bert;
    private readonly BertMaskedLanguageHead cls;

    /// <summary>Fresh weights; random numbers come from torch's default generator.</summary>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public BertMaskedLanguage(BertConfig config)
        : base(nameof(BertMaskedLanguage))
    {
        bert = new BertModel(config, withPooler: false);
        cls = new BertMaskedLanguageHead(config);
        RegisterComponents();
    }

    /// <summary>Logits of every position.</summary>
    /// <param name="inputIds">(B, T), int64.</param>
    /// <param name="attentionMask">(B, T), int64: 1 for tokens, 0 for padding.</param>
    /// <returns>(B, T, vocabulary).</returns>
    public override Tensor forward(Tensor inputIds, Tensor attentionMask) => call(inputIds, attentionMask, null);

    /// <summary>Logits of every position.</summary>
    /// <param name="inputIds">(B, T), int64.</param>
    /// <param name="attentionMask">(B, T), int64: 1 for tokens, 0 for padding.</param>
    /// <param name="tokenTypes">(B, T), int64: the segment of each token; null for segment 0.</param>
    /// <returns>(B, T, vocabulary).</returns>
    public Tensor call(Tensor inputIds, Tensor attentionMask, Tensor? tokenTypes)
        => cls.call(bert.call(inputIds, attentionMask, tokenTypes), bert.Words);
}
