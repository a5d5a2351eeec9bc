using MaaS.Text.PreTokenizers;
using MaaS.Text.Unicode;


namespace MaaS.Text.Training;

/// <summary>Makes a byte-level BPE tokenizer, as GPT-2's, from a corpus.</summary>
/// <remarks>Ids: special tokens (<c>&lt;|endoftext|&gt;</c> when none are named), the 256 bytes, then merges.</remarks>
public static class BpeTrainer
{
    /// <summary>Trains.</summary>
    /// <param name="corpus">Texts, read once; their order does not matter.</param>
    /// <param name="options">Null for 30,000 tokens.</param>
    /// <param name="cancellationToken">Ends the work between texts and between merges.</param>
    /// <exception cref="ArgumentException">The vocabulary is too small for special tokens and bytes, or a text is
    /// null.</exception>
    public static Tokenizer Train(
        IEnumerable<string> corpus, BpeTrainingOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        options ??= new();
        IReadOnlyList<string> special = options.SpecialTokens.Count > 0
            ? options.SpecialTokens : [Gpt2Pipeline.EndOfText];
        options.ThrowIfTooSmall(special.Count + ByteAlphabet.Chars.Length);
        var reader = new WordReader(normalizer: null, new ByteLevelPreTokenizer(new(options.AddPrefixSpace)));
        var counts = WordCounts.Count(reader, corpus, options, cancellationToken);

        var vocabulary = new VocabularyBuilder(continuingPrefix: "");
        foreach (var token in special)
        {
            vocabulary.Add(token);
        }

        foreach (var symbol in ByteAlphabet.Chars.ToArray().Order())
        {
            vocabulary.Add(symbol.ToString());
        }

        var words = counts.InOrder.Select(
            c => (c.Key.Select(symbol => vocabulary.Add(symbol.ToString())).ToArray(), c.Value)).ToList();
        vocabulary.Grow(words, options, counts.Texts, cancellationToken);
        return new(Gpt2Pipeline.Make(vocabulary.ToVocabulary(), vocabulary.Merges, options.AddPrefixSpace, special));
    }
}
