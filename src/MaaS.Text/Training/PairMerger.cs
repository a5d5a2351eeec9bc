using MaaS.Text.Models;


namespace MaaS.Text.Training;

/// <summary>Grows a vocabulary: the most frequent pair of neighbouring tokens becomes a token, again and
/// again.</summary>
/// <remarks>
/// Sennrich et al. 2016, with counts kept up to date instead of counted anew. Of pairs equally frequent the one with
/// the lower ids comes first, so equal corpora give equal vocabularies, whatever the order of the texts.
/// </remarks>
internal sealed class PairMerger
{
    private readonly int[][] _words;
    private readonly int[] _lengths;
    private readonly long[] _counts;
    private readonly Dictionary<ulong, long> _pairCounts = [];
    private readonly Dictionary<ulong, List<int>> _places = [];
    private readonly PriorityQueue<ulong, (long NegativeCount, ulong Pair)> _queue = new();

    /// <param name="words">Each distinct word as ids of its characters, and how often it occurs; changed.</param>
    public PairMerger(IReadOnlyList<(int[] Ids, long Count)> words)
    {
        _words = [.. words.Select(static w => w.Ids)];
        _lengths = [.. words.Select(static w => w.Ids.Length)];
        _counts = [.. words.Select(static w => w.Count)];
        for (var w = 0; w < _words.Length; w++)
        {
            for (var i = 1; i < _lengths[w]; i++)
            {
                Change(w, _words[w][i - 1], _words[w][i], _counts[w]);
            }
        }

        foreach (var (pair, count) in _pairCounts)
        {
            _queue.Enqueue(pair, (-count, pair));
        }
    }

    /// <summary>The most frequent pair; null when none is left that occurs as often as asked for.</summary>
    public (int First, int Second)? Next(long minCount)
    {
        while (_queue.TryDequeue(out var pair, out var priority))
        {
            var count = _pairCounts.GetValueOrDefault(pair);
            if (count <= 0 || count < minCount)
            {
                continue;
            }

            if (count == -priority.NegativeCount)
            {
                return ((int)(pair >> 32), (int)pair);
            }

            if (count < -priority.NegativeCount)
            {
                _queue.Enqueue(pair, (-count, pair));
            }
        }

        return null;
    }

    /// <summary>Makes a pair one token in every word.</summary>
    public void Merge(int first, int second, int merged)
    {
        var key = BpeMerge.Key(first, second);
        if (!_places.Remove(key, out var places))
        {
            return;
        }

        HashSet<ulong> grown = [];
        foreach (var w in places)
        {
            MergeIn(w, first, second, merged, grown);
        }

        _pairCounts.Remove(key);
        foreach (var pair in grown)
        {
            if (_pairCounts.GetValueOrDefault(pair) is > 0 and var count)
            {
                _queue.Enqueue(pair, (-count, pair));
            }
        }
    }

    private void MergeIn(int w, int first, int second, int merged, HashSet<ulong> grown)
    {
        var (word, length, count) = (_words[w], _lengths[w], _counts[w]);
        var written = 0;
        for (var i = 0; i < length; i++)
        {
            if (i + 1 == length || word[i] != first || word[i + 1] != second)
            {
                word[written++] = word[i];
                continue;
            }

            if (written > 0)
            {
                Change(w, word[written - 1], first, -count);
                Change(w, word[written - 1], merged, count);
                grown.Add(BpeMerge.Key(word[written - 1], merged));
            }

            if (i + 2 < length)
            {
                Change(w, second, word[i + 2], -count);
                Change(w, merged, word[i + 2], count);
                grown.Add(BpeMerge.Key(merged, word[i + 2]));
            }

            word[written++] = merged;
            i++;
        }

        _lengths[w] = written;
    }

    private void Change(int w, int first, int second, long count)
    {
        var key = BpeMerge.Key(first, second);
        ref var total = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(
            _pairCounts, key, out _);
        total += count;
        if (count < 0)
        {
            return;
        }

        ref var places = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(
            _places, key, out _);
        places ??= [];
        if (places.Count == 0 || places[^1] != w)
        {
            places.Add(w);
        }
    }
}
