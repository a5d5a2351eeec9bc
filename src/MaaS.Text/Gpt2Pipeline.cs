using MaaS.Text.Decoders;
using MaaS.Text.Models;
using MaaS.Text.PostProcessors;
using MaaS.Text.PreTokenizers;


namespace MaaS.Text;

/// <summary>GPT-2's tokenizer around a vocabulary.</summary>
/// <remarks>Radford et al. 2019.</remarks>
internal static class Gpt2Pipeline
{
    public const string EndOfText = "<|endoftext|>";

    public static TokenizerParts Make(
        Vocabulary vocabulary,
        IReadOnlyList<(string, string)> merges, bool addPrefixSpace, IEnumerable<string> special) =>
        new(new BpeModel(vocabulary, merges))
        {
            PreTokenizer = new ByteLevelPreTokenizer(new(addPrefixSpace)),
            PostProcessor = new ByteLevelProcessor(new(addPrefixSpace, TrimOffsets: false)),
            Decoder = new ByteLevelDecoder(new(addPrefixSpace)),
            AddedTokens = [.. special.Distinct().Where(t => vocabulary.TryGetId(t, out _))
                .Select(t => new AddedToken(t, vocabulary.Require(t, "GPT-2")) { Special = true })],
        };
}
