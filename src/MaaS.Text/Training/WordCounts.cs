using System.Runtime.InteropServices;
using MaaS.Text.PreTokenizers;
using MaaS.Text.Unicode;

namespace MaaS.Text.Training;

/// <summary>How often each word occurs in a corpus.</summary>
internal sealed class WordCounts
{
    // Progress is told after so many texts.
    private const int Interval = 1000;

    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>Distinct words in the order of their UTF-16 units.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> InOrder { get; private set; } = [];

    /// <summary>Texts that were read.</summary>
    public long Texts { get; private set; }

    /// <summary>Counts the words that a reader cuts texts into.</summary>
    public static WordCounts Count(
        WordReader reader, IEnumerable<string> corpus, TokenizerTrainingOptions options,
        CancellationToken cancellationToken)
    {
        var words = new WordCounts();
        var (buffer, list) = (new TextBuffer(), new WordList());
        var lookup = words._counts.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var text in corpus)
        {
            cancellationToken.ThrowIfCancellationRequested();
            buffer.Load(text ?? throw new ArgumentException($"corpus: expected texts, got null at {words.Texts}."), 0);
            reader.Normalize(buffer);
            reader.Split(buffer, list);
            for (var w = 0; w < list.Count; w++)
            {
                var (start, end) = list[w];
                if (end - start <= options.MaxWordLength)
                {
                    CollectionsMarshal.GetValueRefOrAddDefault(lookup, buffer.Chars[start..end], out _)++;
                }
            }

            if (++words.Texts % Interval == 0)
            {
                options.Progress?.Report(new(words.Texts, 0));
            }
        }

        options.Progress?.Report(new(words.Texts, 0));
        words.InOrder = [.. words._counts.OrderBy(static c => c.Key, StringComparer.Ordinal)];
        return words;
    }
}
