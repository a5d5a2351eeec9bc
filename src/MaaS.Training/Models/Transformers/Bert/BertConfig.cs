using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace MaaS.Training.Models.Transformers.Bert;

/// <summary>Sizes of a BERT, by the names that its <c>config.json</c> has in snake case (<c>hidden_size</c>, …); the
/// defaults are those of the base model.</summary>
/// <remarks>Devlin et al. 2019: BERT, section 3 and appendix A.</remarks>
public sealed record BertConfig
{
    /// <summary>The kind of model, always <c>bert</c>.</summary>
    public string ModelType { get; init; } = "bert";

    /// <summary>Number of tokens.</summary>
    public long VocabSize { get; init; } = 30522;

    /// <summary>Features of each position.</summary>
    public long HiddenSize { get; init; } = 768;

    /// <summary>Number of layers.</summary>
    public int NumHiddenLayers { get; init; } = 12;

    /// <summary>Heads, a divisor of <see cref="HiddenSize"/>.</summary>
    public long NumAttentionHeads { get; init; } = 12;

    /// <summary>Features between the two dense layers.</summary>
    public long IntermediateSize { get; init; } = 3072;

    /// <summary>The activation: <c>gelu</c>, <c>gelu_new</c> (with tanh) or <c>relu</c>.</summary>
    public string HiddenAct { get; init; } = "gelu";

    /// <summary>Share of features that training drops.</summary>
    public double HiddenDropoutProb { get; init; } = 0.1;

    /// <summary>Share of attention weights that training drops.</summary>
    public double AttentionProbsDropoutProb { get; init; } = 0.1;

    /// <summary>Share of the pooled features that training drops; null for <see cref="HiddenDropoutProb"/>.</summary>
    public double? ClassifierDropout { get; init; }

    /// <summary>Longest sequence in tokens.</summary>
    public long MaxPositionEmbeddings { get; init; } = 512;

    /// <summary>Kinds of segments: 2 for pairs of texts.</summary>
    public long TypeVocabSize { get; init; } = 2;

    /// <summary>Deviation of fresh weights.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>Added to the variance in layer norm.</summary>
    public double LayerNormEps { get; init; } = 1e-12;

    /// <summary>The token that pads.</summary>
    public long PadTokenId { get; init; }

    /// <summary>How positions are told apart; only <c>absolute</c> is known.</summary>
    public string PositionEmbeddingType { get; init; } = "absolute";

    /// <summary>Class names by their numbers as text; null for two classes without names.</summary>
    [JsonPropertyName("id2label")]
    public IReadOnlyDictionary<string, string>? Id2Label { get; init; }

    /// <summary>Number of classes that <see cref="Id2Label"/> names, else 2.</summary>
    [JsonIgnore]
    public int Labels => Id2Label?.Count ?? 2;

    /// <summary>Reads a <c>config.json</c>; what it does not say, or says is null, has the defaults of the base
    /// model.</summary>
    /// <exception cref="InvalidDataException">The file is no JSON of a BERT, or its values do not fit.</exception>
    public static BertConfig Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            var json = JsonNode.Parse(
                File.ReadAllBytes(path), null,
                new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject
                ?? throw new JsonException("it is none");
            foreach (var (name, _) in json.Where(static member => member.Value is null).ToArray())
            {
                json.Remove(name);
            }

            var config = json.Deserialize<BertConfig>(BertJson.Options)!;
            config.Validate();
            return config;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: expected the settings of a BERT in a JSON object: {e.Message}", e);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>The text of a <c>config.json</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, BertJson.Options);

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Something does not fit; the message names all of it.</exception>
    public void Validate() => new OptionChecks(nameof(BertConfig))
        .That(ModelType == "bert", $"model_type bert, got {ModelType}")
        .AtLeast(VocabSize, 1, "vocab_size")
        .AtLeast(HiddenSize, 1, "hidden_size")
        .AtLeast(NumHiddenLayers, 1, "num_hidden_layers")
        .AtLeast(NumAttentionHeads, 1, "num_attention_heads")
        .Divides(NumAttentionHeads, HiddenSize, "num_attention_heads", "hidden_size")
        .AtLeast(IntermediateSize, 1, "intermediate_size")
        .AtLeast(MaxPositionEmbeddings, 1, "max_position_embeddings")
        .AtLeast(TypeVocabSize, 1, "type_vocab_size")
        .AtLeast(Labels, 2, "id2label entries")
        .Share(HiddenDropoutProb, "hidden_dropout_prob")
        .Share(AttentionProbsDropoutProb, "attention_probs_dropout_prob")
        .Share(ClassifierDropout ?? 0, "classifier_dropout")
        .That(InitializerRange > 0, $"initializer_range above 0, got {InitializerRange}")
        .That(LayerNormEps > 0, $"layer_norm_eps above 0, got {LayerNormEps}")
        .That(
            HiddenAct is "gelu" or "gelu_new" or "gelu_pytorch_tanh" or "relu",
            $"hidden_act of gelu, gelu_new, gelu_pytorch_tanh, relu, got {HiddenAct}")
        .That(PositionEmbeddingType == "absolute", $"position_embedding_type absolute, got {PositionEmbeddingType}")
        .ThrowIfAny();

    [JsonIgnore]
    internal ActivationKind Activation => HiddenAct switch
    {
        "relu" => ActivationKind.Relu,
        "gelu_new" or "gelu_pytorch_tanh" => ActivationKind.GeluTanh,
        _ => ActivationKind.Gelu,
    };

    /// <summary>The sizes of its layers.</summary>
    [JsonIgnore]
    internal TransformerOptions Sizes => new()
    {
        Width = HiddenSize,
        Layers = NumHiddenLayers,
        Heads = NumAttentionHeads,
        FeedForward = IntermediateSize,
        Dropout = HiddenDropoutProb,
        Activation = Activation,
        PreNorm = false,
        NormEpsilon = LayerNormEps,
        MaxLength = MaxPositionEmbeddings,
    };
}
