namespace MaaS.Training.Models.Transformers;

/// <summary>Sizes of a Transformer's parts. C is the width, F the hidden features, H the heads, N = B·T the
/// positions.</summary>
internal static class SizeParts
{
    public static TransformerSize Dense(long rows, long inputs, long outputs, bool bias = true)
        => new((inputs * outputs) + (bias ? outputs : 0), rows * inputs * outputs, 0);

    public static TransformerSize Embedding(long vocabulary, TransformerOptions options)
        => new(
            (vocabulary + (options.Positions == PositionKind.Learned ? options.MaxLength : 0)) * options.Width, 0, 0);

    public static TransformerSize Text(long vocabulary, TransformerOptions options, long batch, long length)
        => Embedding(vocabulary, options) + Encoder(options, batch, length);

    public static TransformerSize Image(ImageEncoderOptions options, long batch)
    {
        var (width, patches) = (options.Encoder.Width, options.Positions - 1);
        // The class token and a position for it and each patch.
        return Dense(batch * patches, options.Channels * options.Patch * options.Patch, width)
            + new TransformerSize((1 + options.Positions) * width, 0, 0)
            + Encoder(options.Encoder, batch, options.Positions);
    }

    public static TransformerSize Encoder(TransformerOptions options, long batch, long length)
        => Times(options.Layers, SelfAttention(options, batch, length) + FeedForward(options, batch * length))
            + LastNorm(options);

    public static TransformerSize Decoder(TransformerOptions options, long batch, long source, long target)
        => Times(
            options.Layers,
            SelfAttention(options, batch, target) + CrossAttention(options, batch, source, target)
                + FeedForward(options, batch * target))
            + LastNorm(options);

    // Kept: input and output of the norm, queries, keys, values, weights, the mixture.
    private static TransformerSize SelfAttention(TransformerOptions options, long batch, long length)
    {
        var (rows, width) = (batch * length, options.Width);
        return Times(4, Dense(rows, width, width)) + Norm(options)
            + new TransformerSize(0, 2 * rows * length * width, Bytes(rows, (6 * width) + (options.Heads * length)))
            + Dropped(options, rows, width + (2 * options.Heads * length));
    }

    // The memory itself is the encoder's.
    private static TransformerSize CrossAttention(TransformerOptions options, long batch, long source, long target)
    {
        var (rows, width) = (batch * target, options.Width);
        return Times(2, Dense(rows, width, width)) + Times(2, Dense(batch * source, width, width)) + Norm(options)
            + new TransformerSize(
                0, 2 * rows * source * width,
                Bytes(rows, (4 * width) + (options.Heads * source)) + Bytes(batch * source, 2 * width))
            + Dropped(options, rows, width + (2 * options.Heads * source));
    }

    // Kept: input and output of the norm, the hidden features before and after the activation.
    private static TransformerSize FeedForward(TransformerOptions options, long rows)
        => Dense(rows, options.Width, options.Hidden) + Dense(rows, options.Hidden, options.Width) + Norm(options)
            + new TransformerSize(0, 0, Bytes(rows, (2 * options.Width) + (2 * options.Hidden)))
            + Dropped(options, rows, options.Width + options.Hidden);

    private static TransformerSize Dropped(TransformerOptions options, long rows, long features)
        => new(0, 0, options.Dropout > 0 ? Bytes(rows, features) : 0);

    private static TransformerSize Norm(TransformerOptions options) => new(2 * options.Width, 0, 0);

    private static TransformerSize LastNorm(TransformerOptions options)
        => options.PreNorm ? Norm(options) : new(0, 0, 0);

    private static TransformerSize Times(long count, TransformerSize part)
        => new(count * part.Parameters, count * part.Macs, count * part.ActivationBytes);

    private static long Bytes(long rows, long features) => sizeof(float) * rows * features;
}
