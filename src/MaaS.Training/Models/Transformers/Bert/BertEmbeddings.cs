using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers.Bert;

/// <summary>The sum of a token's, its position's and its segment's vector, normalised.</summary>
/// <remarks>Devlin et al. 2019, figure 2.</remarks>
public sealed class BertEmbeddings : Module<Tensor, Tensor?, Tensor>
{
    [ComponentName(Name = "word_embeddings")]
    private readonly Embedding words;

    [ComponentName(Name = "position_embeddings")]
    private readonly Embedding positions;

    [ComponentName(Name = "token_type_embeddings")]
    private readonly Embedding types;

    [ComponentName(Name = "LayerNorm")]
    private readonly LayerNorm norm;

    private readonly Dropout dropout;

    internal BertEmbeddings(BertConfig config)
        : base(nameof(BertEmbeddings))
    {
        words = BertWeights.Table(config.VocabSize, config);
        positions = BertWeights.Table(config.MaxPositionEmbeddings, config);
        types = BertWeights.Table(config.TypeVocabSize, config);
        norm = LayerNorm(config.HiddenSize, config.LayerNormEps);
        dropout = Dropout(config.HiddenDropoutProb);
        RegisterComponents();
    }

    /// <summary>The table of the tokens' vectors, (vocabulary, C), which the masked-language head shares.</summary>
    internal Parameter Words => words.weight!;

    /// <summary>Vectors of tokens.</summary>
    /// <param name="inputIds">(B, T), int64.</param>
    /// <param name="tokenTypes">(B, T), int64: the segment of each token; null for segment 0.</param>
    /// <returns>(B, T, C).</returns>
    public override Tensor forward(Tensor inputIds, Tensor? tokenTypes)
    {
        SequenceCheck.Ids(nameof(BertEmbeddings), inputIds);
        var length = inputIds.shape[1];
        SequenceCheck.AtMost(nameof(BertEmbeddings), length, positions.weight!.shape[0]);
        // (C) or (B, T, C)
        var segments = tokenTypes is null ? types.weight!.select(0, 0) : types.call(tokenTypes);
        var x = words.call(inputIds) + segments + positions.weight!.narrow(0, 0, length);                 // (B, T, C)
        return dropout.call(norm.call(x));
    }
}
