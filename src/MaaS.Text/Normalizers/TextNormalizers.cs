using MaaS.Text.Components;


namespace MaaS.Text.Normalizers;

/// <summary>The normalizers that tokenizer.json can name.</summary>
internal static class TextNormalizers
{
    public static ComponentFamily<INormalizer> Family { get; } = new(
        "normalizer",
        (BertNormalizer.TypeName, BertNormalizer.Read),
        ("NFC", static _ => new UnicodeNormalizer("NFC", compatibility: false, compose: true)),
        ("NFD", static _ => new UnicodeNormalizer("NFD", compatibility: false, compose: false)),
        ("NFKC", static _ => new UnicodeNormalizer("NFKC", compatibility: true, compose: true)),
        ("NFKD", static _ => new UnicodeNormalizer("NFKD", compatibility: true, compose: false)),
        (LowercaseNormalizer.TypeName, static _ => new LowercaseNormalizer()),
        (StripAccentsNormalizer.TypeName, static _ => new StripAccentsNormalizer()),
        (StripNormalizer.TypeName, StripNormalizer.Read),
        (ReplaceNormalizer.TypeName, ReplaceNormalizer.Read),
        (PrependNormalizer.TypeName, PrependNormalizer.Read),
        (NmtNormalizer.TypeName, static _ => new NmtNormalizer()),
        (NormalizerSequence.TypeName, NormalizerSequence.Read));
}
