using MaaS.Text.Components;


namespace MaaS.Text.PreTokenizers;

/// <summary>The pre-tokenizers that tokenizer.json can name.</summary>
internal static class TextPreTokenizers
{
    public static ComponentFamily<IPreTokenizer> Family { get; } = new(
        "pre-tokenizer",
        (BertPreTokenizer.TypeName, static _ => new BertPreTokenizer()),
        (ByteLevelPreTokenizer.TypeName, ByteLevelPreTokenizer.Read),
        (WhitespacePreTokenizer.TypeName, static _ => new WhitespacePreTokenizer()),
        (WhitespaceSplitPreTokenizer.TypeName, static _ => new WhitespaceSplitPreTokenizer()),
        (PunctuationPreTokenizer.TypeName, PunctuationPreTokenizer.Read),
        (DigitsPreTokenizer.TypeName, DigitsPreTokenizer.Read),
        (DelimiterPreTokenizer.TypeName, DelimiterPreTokenizer.Read),
        (SplitPreTokenizer.TypeName, SplitPreTokenizer.Read),
        (MetaspacePreTokenizer.TypeName, MetaspacePreTokenizer.Read),
        (PreTokenizerSequence.TypeName, PreTokenizerSequence.Read));
}
