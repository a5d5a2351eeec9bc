using MaaS.Core.Text.Decoders;
using MaaS.Core.Text.Models;
using MaaS.Core.Text.PostProcessors;
using MaaS.Core.Text.PreTokenizers;

namespace MaaS.Core.Text;

/// <summary>GPT-2's tokenizer around a vocabulary.</summary>
/// <remarks>Radford et al. 2019.</remarks>
internal static class Gpt2Pipeline
{
    public const string EndOfText = "<|endoftext|>";

    public static TokenizerParts Make(
        Vocabulary vocabulary, IReadOnlyList<(string, string)> merges, bool addPrefixSpace, IEnumerable<string> special) =>
        new(new BpeModel(vocabulary, merges))
        {
            PreTokenizer = new ByteLevelPreTokenizer(new(addPrefixSpace)),
            PostProcessor = new ByteLevelProcessor(new(addPrefixSpace, TrimOffsets: false)),
            Decoder = new ByteLevelDecoder(new(addPrefixSpace)),
            AddedTokens = [.. special.Distinct().Where(t => vocabulary.TryGetId(t, out _))
                .Select(t => new AddedToken(t, vocabulary.Require(t, "GPT-2")) { Special = true })],
        };
}
