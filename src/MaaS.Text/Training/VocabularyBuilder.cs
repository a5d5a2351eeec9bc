using MaaS.Text.Models;


namespace MaaS.Text.Training;

/// <summary>A vocabulary that grows by special tokens, an alphabet and merges.</summary>
internal sealed class VocabularyBuilder(string continuingPrefix)
{
    // Progress is told after so many merges.
    private const int Interval = 1000;

    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<string> _tokens = [];
    private readonly List<(string First, string Second)> _merges = [];

    public IReadOnlyList<(string First, string Second)> Merges => _merges;

    public int Count => _tokens.Count;

    public Vocabulary ToVocabulary() => new(_ids);

    /// <summary>Adds a token, unless it is there, and gives its id.</summary>
    public int Add(string token)
    {
        if (_ids.TryGetValue(token, out var id))
        {
            return id;
        }

        _ids[token] = id = _tokens.Count;
        _tokens.Add(token);
        return id;
    }

    /// <summary>Merges pairs until the vocabulary is as large as asked for or no pair is frequent enough.</summary>
    /// <param name="words">Distinct words as tokens of the vocabulary, and how often each occurs.</param>
    public void Grow(
        IReadOnlyList<(int[] Ids, long Count)> words, TokenizerTrainingOptions options, long texts,
        CancellationToken cancellationToken)
    {
        var merger = new PairMerger(words);
        while (_tokens.Count < options.VocabSize && merger.Next(options.MinFrequency) is var (first, second))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var tail = _tokens[second];
            var rest = tail.StartsWith(continuingPrefix, StringComparison.Ordinal)
                ? tail[continuingPrefix.Length..] : tail;
            _merges.Add((_tokens[first], tail));
            merger.Merge(first, second, Add(_tokens[first] + rest));
            if (_merges.Count % Interval == 0)
            {
                options.Progress?.Report(new(texts, _tokens.Count));
            }
        }

        options.Progress?.Report(new(texts, _tokens.Count));
    }
}
