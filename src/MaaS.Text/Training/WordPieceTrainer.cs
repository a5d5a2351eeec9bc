using MaaS.Text.Models;
using MaaS.Text.PreTokenizers;


namespace MaaS.Text.Training;

/// <summary>Makes a BERT tokenizer from a corpus.</summary>
/// <remarks>
/// Pairs are merged by frequency, as in BPE, with <c>##</c> before what goes on within a word; Hugging Face's trainer
/// does the same. Ids: [PAD], [UNK], [CLS], [SEP], [MASK], further special tokens, the alphabet in code point order,
/// its characters within words, then merges.
/// </remarks>
public static class WordPieceTrainer
{
    /// <summary>Trains.</summary>
    /// <param name="corpus">Texts, read once; their order does not matter.</param>
    /// <param name="options">Null for 30,000 tokens of lower-case text.</param>
    /// <param name="cancellationToken">Ends the work between texts and between merges.</param>
    /// <exception cref="ArgumentException">The vocabulary is too small for special tokens and alphabet, or a text is
    /// null.</exception>
    public static Tokenizer Train(
        IEnumerable<string> corpus, WordPieceTrainingOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        options ??= new();
        var reader = new WordReader(BertPipeline.Normalizer(options.Bert), new BertPreTokenizer());
        var counts = WordCounts.Count(reader, corpus, options, cancellationToken);
        var alphabet = Alphabet(counts, options.LimitAlphabet);

        var vocabulary = new VocabularyBuilder(WordPieceModel.DefaultPrefix);
        foreach (var token in BertPipeline.SpecialTokens.Concat(options.SpecialTokens))
        {
            vocabulary.Add(token);
        }

        foreach (var symbol in alphabet.Order(StringComparer.Ordinal))
        {
            vocabulary.Add(symbol);
        }

        var words = Spell(counts, alphabet, vocabulary);
        options.ThrowIfTooSmall(vocabulary.Count);
        vocabulary.Grow(words, options, counts.Texts, cancellationToken);
        return new(BertPipeline.Make(vocabulary.ToVocabulary(), options.Bert, options.SpecialTokens));
    }

    private static HashSet<string> Alphabet(WordCounts counts, int limit)
    {
        Dictionary<string, long> symbols = new(StringComparer.Ordinal);
        foreach (var (word, count) in counts.InOrder)
        {
            foreach (var rune in word.EnumerateRunes())
            {
                var symbol = rune.ToString();
                symbols[symbol] = symbols.GetValueOrDefault(symbol) + count;
            }
        }

        return [
            .. symbols.OrderByDescending(static s => s.Value).ThenBy(static s => s.Key, StringComparer.Ordinal)
            .Take(limit).Select(static s => s.Key)];
    }

    // Words with characters outside the alphabet would be [UNK]: nothing is learnt from them.
    private static List<(int[] Ids, long Count)> Spell(
        WordCounts counts, HashSet<string> alphabet, VocabularyBuilder vocabulary)
    {
        foreach (var symbol in counts.InOrder.SelectMany(static c => Symbols(c.Key).Skip(1)).Where(alphabet.Contains)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray())
        {
            vocabulary.Add(WordPieceModel.DefaultPrefix + symbol);
        }

        List<(int[], long)> words = [];
        foreach (var (word, count) in counts.InOrder)
        {
            var symbols = Symbols(word).ToArray();
            if (!symbols.All(alphabet.Contains))
            {
                continue;
            }

            words.Add(
                ([.. symbols.Select((s, i) => vocabulary.Add(i == 0 ? s : WordPieceModel.DefaultPrefix + s))], count));
        }

        return words;
    }

    private static IEnumerable<string> Symbols(string word) => word.EnumerateRunes().Select(static r => r.ToString());
}
