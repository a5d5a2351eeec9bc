using MaaS.Text.Decoders;
using MaaS.Text.Models;
using MaaS.Text.Normalizers;
using MaaS.Text.PostProcessors;
using MaaS.Text.PreTokenizers;


namespace MaaS.Text;

/// <summary>BERT's tokenizer around a vocabulary.</summary>
/// <remarks>Devlin et al. 2018.</remarks>
internal static class BertPipeline
{
    public const string Unknown = "[UNK]", Cls = "[CLS]", Sep = "[SEP]", Pad = "[PAD]", Mask = "[MASK]";

    /// <summary>In the order of their ids in a trained vocabulary.</summary>
    public static IReadOnlyList<string> SpecialTokens { get; } = [Pad, Unknown, Cls, Sep, Mask];

    public static TokenizerParts Make(
        Vocabulary vocabulary, BertOptions options, IEnumerable<string>? furtherSpecial = null) =>
        new(new WordPieceModel(vocabulary, Unknown, maxChars: options.MaxWordLength))
        {
            Normalizer = Normalizer(options),
            PreTokenizer = new BertPreTokenizer(),
            PostProcessor = TemplateProcessor.Bert(
                new(Cls, vocabulary.Require(Cls, "BERT")), new(Sep, vocabulary.Require(Sep, "BERT"))),
            Decoder = new WordPieceDecoder(WordPieceModel.DefaultPrefix, cleanup: true),
            AddedTokens = [.. SpecialTokens.Concat(furtherSpecial ?? []).Distinct()
                .Where(t => vocabulary.TryGetId(t, out _))
                .Select(t => new AddedToken(t, vocabulary.Require(t, "BERT")) { Special = true })
                .OrderBy(static t => t.Id)],
        };

    public static BertNormalizer Normalizer(BertOptions options) =>
        new(clean: true, options.SplitChinese, options.StripAccents, options.Lowercase);
}
