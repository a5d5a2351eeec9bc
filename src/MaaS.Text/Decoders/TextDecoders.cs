using MaaS.Text.Components;


namespace MaaS.Text.Decoders;

/// <summary>The decoders that tokenizer.json can name.</summary>
internal static class TextDecoders
{
    public static ComponentFamily<IDecoder> Family { get; } = new(
        "decoder",
        (WordPieceDecoder.TypeName, WordPieceDecoder.Read),
        (ByteLevelDecoder.TypeName, ByteLevelDecoder.Read),
        (BpeDecoder.TypeName, BpeDecoder.Read),
        (MetaspaceDecoder.TypeName, MetaspaceDecoder.Read),
        (ByteFallbackDecoder.TypeName, static _ => new ByteFallbackDecoder()),
        (FuseDecoder.TypeName, static _ => new FuseDecoder()),
        (StripDecoder.TypeName, StripDecoder.Read),
        (ReplaceDecoder.TypeName, ReplaceDecoder.Read),
        (DecoderSequence.TypeName, DecoderSequence.Read));
}
