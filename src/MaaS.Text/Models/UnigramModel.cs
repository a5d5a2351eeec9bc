using System.Buffers;
using System.Text.Json;
using MaaS.Text.Components;
using MaaS.Text.Unicode;

namespace MaaS.Text.Models;

/// <summary>The tokens of the greatest summed log probability that make up a text (Viterbi).</summary>
/// <remarks>Kudo 2018. A walk from each position goes no further than the longest token, so time is linear.</remarks>
internal sealed class UnigramModel : ITokenModel
{
    public const string TypeName = "Unigram";

    // What an unknown character costs more than the rarest token, as in SentencePiece.
    private const double UnknownPenalty = 10;

    private readonly CharTrie _trie = new();
    private readonly double[] _scores;
    private readonly int[]? _bytes;
    private readonly int? _unknownId;
    private readonly double _unknownScore;

    private UnigramModel(Vocabulary vocabulary, double[] scores, int? unknownId, bool byteFallback)
    {
        (Vocabulary, _scores, _unknownId) = (vocabulary, scores, unknownId);
        _bytes = byteFallback ? ByteTokens.Ids(vocabulary) : null;
        _unknownScore = scores.DefaultIfEmpty().Min() - UnknownPenalty;
        foreach (var (token, id) in vocabulary.Ids)
        {
            if (token.Length > 0)
            {
                _trie.Add(token, id);
            }
        }
    }

    public string Name => TypeName;

    public Vocabulary Vocabulary { get; }

    public static UnigramModel Read(ComponentJson json)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        List<double> scores = [];
        foreach (var entry in json.Member("vocab").Items())
        {
            if (entry.Items().ToArray() is not [var token, var score])
            {
                throw entry.Fault("[token, score]");
            }

            if (!ids.TryAdd(token.AsString(), scores.Count))
            {
                throw entry.Fault("each token once");
            }

            scores.Add(score.AsDouble());
        }

        var unknown = json.Member("unk_id");
        if (!unknown.IsNull && (uint)unknown.AsInt() >= (uint)scores.Count)
        {
            throw unknown.Fault($"an id below {scores.Count}");
        }

        return new(new(ids), [.. scores], unknown.IsNull ? null : unknown.AsInt(), json.Bool("byte_fallback", false));
    }

    public void WriteMembers(Utf8JsonWriter writer)
    {
        if (_unknownId is { } id)
        {
            writer.WriteNumber("unk_id", id);
        }
        else
        {
            writer.WriteNull("unk_id");
        }

        writer.WriteStartArray("vocab");
        foreach (var (token, index) in Vocabulary.Ids.OrderBy(static t => t.Value))
        {
            writer.WriteStartArray();
            writer.WriteStringValue(token);
            writer.WriteNumberValue(_scores[index]);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteBoolean("byte_fallback", _bytes is not null);
    }

    public void Tokenize(ReadOnlySpan<char> word, TokenRun run)
    {
        var best = ArrayPool<Step>.Shared.Rent(word.Length + 1);
        try
        {
            Search(word, best);
            Emit(word, best, run);
        }
        finally
        {
            ArrayPool<Step>.Shared.Return(best);
        }
    }

    // best[i]: the best way to reach position i.
    private void Search(ReadOnlySpan<char> word, Step[] best)
    {
        best.AsSpan(0, word.Length + 1).Fill(new(-1, -1, 0));
        best[0] = new(0, 0, 0);
        for (int i = 0, width; i < word.Length; i += width)
        {
            CharClasses.CodePointAt(word, i, out width);
            var (score, single) = (best[i].Score, false);
            var node = CharTrie.Root;
            for (var end = i; end < word.Length;)
            {
                node = _trie.Next(node, word[end++]);
                if (node == CharTrie.None)
                {
                    break;
                }

                if (_trie.Value(node) is not (>= 0 and var id))
                {
                    continue;
                }

                Improve(best, end, new(i, id, score + _scores[id]));
                single |= end == i + width;
            }

            if (!single)
            {
                Improve(best, i + width, new(i, -1, score + _unknownScore));
            }
        }
    }

    private static void Improve(Step[] best, int end, Step step)
    {
        if (best[end].Start < 0 || step.Score > best[end].Score)
        {
            best[end] = step;
        }
    }

    private void Emit(ReadOnlySpan<char> word, Step[] best, TokenRun run)
    {
        // Walk back, turning each step's start into the index after it, then forth.
        for (int end = word.Length, next = -1; end >= 0;)
        {
            var step = best[end];
            best[end] = step with { Next = next };
            next = end;
            if (end == 0)
            {
                break;
            }

            end = step.Start;
        }

        for (var start = 0; start < word.Length;)
        {
            var end = best[start].Next;
            if (best[end].Id >= 0)
            {
                run.AddPart(best[end].Id, start, end);
            }
            else
            {
                // Neighbouring unknown characters are one unknown token.
                while (end < word.Length && best[best[end].Next].Id < 0)
                {
                    end = best[end].Next;
                }

                AddUnknown(word, start, end, run);
            }

            start = end;
        }
    }

    private void AddUnknown(ReadOnlySpan<char> word, int start, int end, TokenRun run)
    {
        if (_bytes is not null)
        {
            var before = run.Count;
            if (TryAddBytes(_bytes, word, start, end, run))
            {
                return;
            }

            run.CutTo(before);
        }

        if (_unknownId is { } unknown)
        {
            run.AddPart(unknown, start, end);
        }
    }

    private static bool TryAddBytes(int[] bytes, ReadOnlySpan<char> word, int start, int end, TokenRun run)
    {
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in word[start..end].EnumerateRunes())
        {
            for (int i = 0, count = rune.EncodeToUtf8(utf8); i < count; i++)
            {
                if (bytes[utf8[i]] < 0)
                {
                    return false;
                }

                run.AddPart(bytes[utf8[i]], start, end);
            }
        }

        return true;
    }

    private readonly record struct Step(int Start, int Id, double Score)
    {
        public int Next { get; init; } = -1;
    }
}
