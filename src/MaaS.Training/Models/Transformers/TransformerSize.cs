using MaaS.Training.Models.Transformers.Bert;

namespace MaaS.Training.Models.Transformers;

/// <summary>What a Transformer costs, computed from its options without making it.</summary>
/// <param name="Parameters">Numbers that are learned; a table that two layers share counts once.</param>
/// <param name="Macs">
/// Multiply–accumulate operations of one forward pass: matrix products and convolutions, as
/// <see cref="Onnx.Costs.CostModel"/> counts them.
/// </param>
/// <param name="ActivationBytes">
/// What the layers keep for the backward pass in float32 training: the inputs of norms and dense layers, queries, keys,
/// values, attention weights, and what dropout dropped. Embeddings, heads and the loss come on top.
/// </param>
public sealed record TransformerSize(long Parameters, long Macs, long ActivationBytes)
{
    /// <summary>Bytes of the weights in float32.</summary>
    public long WeightBytes => sizeof(float) * Parameters;

    /// <summary>Bytes that training with Adam takes: weights, gradients, two moments, and activations.</summary>
    public long TrainingBytes => (4 * WeightBytes) + ActivationBytes;

    /// <summary>The size of a <see cref="TransformerClassifier"/>.</summary>
    /// <param name="options">The model's options.</param>
    /// <param name="batch">Rows B.</param>
    /// <param name="length">Positions T of each row, padding included.</param>
    public static TransformerSize Of(TransformerClassifierOptions options, long batch, long length)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return SizeParts.Text(options.Vocabulary, options.Encoder, batch, length)
            + SizeParts.Dense(batch, options.Encoder.Width, options.Classes);
    }

    /// <summary>The size of a <see cref="Gpt"/>.</summary>
    /// <param name="options">The model's options.</param>
    /// <param name="batch">Rows B.</param>
    /// <param name="length">Positions T of each row.</param>
    public static TransformerSize Of(GptOptions options, long batch, long length)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var head = SizeParts.Dense(batch * length, options.Decoder.Width, options.Vocabulary, bias: false);
        return SizeParts.Text(options.Vocabulary, options.Decoder, batch, length)
            + (options.TieWeights ? head with { Parameters = 0 } : head);
    }

    /// <summary>The size of a <see cref="Seq2SeqTransformer"/>.</summary>
    /// <param name="options">The model's options.</param>
    /// <param name="batch">Rows B.</param>
    /// <param name="source">Positions S that are read.</param>
    /// <param name="target">Positions T that are written.</param>
    public static TransformerSize Of(Seq2SeqOptions options, long batch, long source, long target)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return SizeParts.Text(options.SourceVocabulary, options.Layers, batch, source)
            + SizeParts.Embedding(options.TargetVocabulary, options.Layers)
            + SizeParts.Decoder(options.Layers, batch, source, target)
            + SizeParts.Dense(batch * target, options.Layers.Width, options.TargetVocabulary);
    }

    /// <summary>The size of a <see cref="VisionTransformer"/>.</summary>
    /// <param name="options">Sizes of images, patches and encoder.</param>
    /// <param name="classes">Number of logits.</param>
    /// <param name="batch">Images B.</param>
    public static TransformerSize Of(ImageEncoderOptions options, long classes, long batch)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return SizeParts.Image(options, batch) + SizeParts.Dense(batch, options.Encoder.Width, classes);
    }

    /// <summary>The size of an <see cref="ImageTextModel"/>.</summary>
    /// <param name="options">The model's options.</param>
    /// <param name="batch">Pairs B.</param>
    /// <param name="length">Positions T of each text.</param>
    public static TransformerSize Of(ImageTextOptions options, long batch, long length)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return SizeParts.Image(options.Image, batch)
            + SizeParts.Dense(batch, options.Image.Encoder.Width, options.Shared, bias: false)
            + SizeParts.Text(options.Vocabulary, options.Text, batch, length)
            + SizeParts.Dense(batch, options.Text.Width, options.Shared, bias: false)
            + new TransformerSize(1, batch * batch * options.Shared, 0);
    }

    /// <summary>The size of a <see cref="BertModel"/>, pooler included.</summary>
    /// <param name="config">Its sizes.</param>
    /// <param name="batch">Rows B.</param>
    /// <param name="length">Positions T of each row, padding included.</param>
    public static TransformerSize Of(BertConfig config, long batch, long length)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        var tables = (config.VocabSize + config.MaxPositionEmbeddings + config.TypeVocabSize + 2) * config.HiddenSize;
        return new TransformerSize(tables, 0, 0)
            + SizeParts.Encoder(config.Sizes, batch, length)
            + SizeParts.Dense(batch, config.HiddenSize, config.HiddenSize);
    }

    /// <summary>The figures of two parts of a network added up.</summary>
    public static TransformerSize operator +(TransformerSize a, TransformerSize b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        return new(a.Parameters + b.Parameters, a.Macs + b.Macs, a.ActivationBytes + b.ActivationBytes);
    }

    /// <summary>The figures of two parts of a network added up.</summary>
    public static TransformerSize Add(TransformerSize left, TransformerSize right) => left + right;

    /// <summary>The figures in words.</summary>
    public override string ToString()
        => $"{Parameters} parameters, {Macs} MACs, {ActivationBytes} bytes of activations";
}
