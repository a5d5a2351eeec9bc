using MaaS.Training.Startup;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers.Bert;

/// <summary>A BERT without heads. Parameters have the names of common checkpoints,
/// <c>encoder.layer.0.attention.self.query.weight</c> and so on.</summary>
/// <remarks>Devlin et al. 2019: BERT, section 3.</remarks>
public sealed class BertModel : Module<Tensor, Tensor, Tensor?, Tensor>
{
    private readonly BertEmbeddings embeddings;
    private readonly BertEncoder encoder;
    private readonly BertPooler? pooler;

    /// <summary>Fresh weights; random numbers come from torch's default generator.</summary>
    /// <param name="config">Sizes.</param>
    /// <param name="withPooler">Whether it has a pooler; models for masked language have none.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public BertModel(BertConfig config, bool withPooler = true)
        : base(nameof(BertModel))
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        TorchRuntime.Ensure();
        Config = config;
        embeddings = new BertEmbeddings(config);
        encoder = new BertEncoder(config);
        pooler = withPooler ? new BertPooler(config) : null;
        RegisterComponents();
    }

    /// <summary>What it was made with.</summary>
    public BertConfig Config { get; }

    /// <summary>Whether <see cref="Pool"/> can be called.</summary>
    public bool HasPooler => pooler is not null;

    /// <summary>The table of the tokens' vectors: (vocabulary, C).</summary>
    internal TorchSharp.Modules.Parameter Words => embeddings.Words;

    /// <summary>Vectors of all positions.</summary>
    /// <param name="inputIds">(B, T), int64.</param>
    /// <param name="attentionMask">(B, T), int64: 1 for tokens, 0 for padding.</param>
    /// <param name="tokenTypes">(B, T), int64: the segment of each token; null for segment 0.</param>
    /// <returns>(B, T, C).</returns>
    public override Tensor forward(Tensor inputIds, Tensor attentionMask, Tensor? tokenTypes)
    {
        var x = embeddings.call(inputIds, tokenTypes);
        return encoder.call(x, AttentionMask.Padding(attentionMask, x.dtype));
    }

    /// <summary>One vector for each row, of its first token.</summary>
    /// <param name="positions">(B, T, C): what <see cref="forward"/> gave.</param>
    /// <returns>(B, C).</returns>
    /// <exception cref="InvalidOperationException">The model has no pooler.</exception>
    public Tensor Pool(Tensor positions)
        => (
            pooler
                ?? throw new InvalidOperationException($"{nameof(BertModel)}: expected a model with a pooler.")).call(
                    positions);
}
