using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace MaaS.Core.Generation.Batching;

/// <summary>Guesses the next tokens of texts with a small model, which the large one then checks in one run. For one
/// thread.</summary>
/// <param name="graph">The small model, of the same vocabulary; disposed with this.</param>
/// <param name="maxLength">Its longest sequence.</param>
/// <param name="count">Tokens to guess.</param>
/// <param name="chunk">Most tokens that it reads between two tokens of the texts.</param>
/// <remarks>Leviathan et al. 2023: Fast inference from transformers via speculative decoding; tokens are kept only
/// where the large model draws the same, so the text does not depend on the small one.</remarks>
internal sealed class Drafter(DecoderGraph graph, long maxLength, int count, int chunk) : IDisposable
{
    private readonly Dictionary<Sequence, Text> _texts = [];

    /// <summary>Gives a text its guesses.</summary>
    /// <param name="sequence">With one token that is not computed.</param>
    /// <param name="most">Most tokens that may follow.</param>
    public void Guess(Sequence sequence, long most)
    {
        var wanted = (int)Math.Min(Math.Min(most, count), maxLength - sequence.Tokens.Count);
        if (wanted < 1)
        {
            return;
        }

        if (!_texts.TryGetValue(sequence, out var text))
        {
            _texts[sequence] = text = new Text(new GraphSession(graph, maxLength));
        }

        sequence.Drafts = text.Guess(CollectionsMarshal.AsSpan(sequence.Tokens), wanted, chunk);
    }

    /// <summary>Frees what is kept of a text.</summary>
    public void Forget(Sequence sequence)
    {
        if (_texts.Remove(sequence, out var text))
        {
            text.Dispose();
        }
    }

    /// <summary>Frees what is kept of all texts.</summary>
    public void ForgetAll()
    {
        foreach (var text in _texts.Values)
        {
            text.Dispose();
        }

        _texts.Clear();
    }

    public void Dispose()
    {
        ForgetAll();
        graph.Dispose();
    }

    private sealed class Text(GraphSession session) : IDisposable
    {
        // Guesses cost more than they save where few are right, as of tokens drawn at a high temperature.
        private const double LeastRight = 0.2, Weight = 0.2;

        // Tokens without a guess where too few were right lately, before it is tried again.
        private const int Rest = 16;

        private readonly List<long> _seen = [];
        private int _place;
        private long[] _drafts = [];
        private double _right = 0.5;
        private int _rest;

        public long[] Guess(ReadOnlySpan<long> tokens, int count, int chunk)
        {
            Judge(tokens);
            if (_rest > 0)
            {
                _rest--;
                return [];
            }

            // What the small model has seen beyond the text's own tokens is taken back; the last is always read anew.
            var same = Math.Min(
                tokens.CommonPrefixLength(CollectionsMarshal.AsSpan(_seen)), tokens.Length - 1);
            if (same < _seen.Count)
            {
                _seen.RemoveRange(same, _seen.Count - same);
                session.Rewind(same);
            }

            var next = tokens[same..].ToArray();
            if (next.Length > chunk)
            {
                // Guesses follow when it has caught up.
                _seen.AddRange(next.AsSpan(0, chunk));
                session.Append(next.AsSpan(0, chunk));
                return [];
            }

            var drafts = new long[count];
            for (var i = 0; i < count; i++)
            {
                _seen.AddRange(next);
                drafts[i] = TensorPrimitives.IndexOfMax(session.Append(next).Span);
                next = [drafts[i]];
            }

            (_place, _drafts) = (tokens.Length, drafts);
            return drafts;
        }

        private void Judge(ReadOnlySpan<long> tokens)
        {
            if (_drafts.Length == 0)
            {
                return;
            }

            var right = _place < tokens.Length ? tokens[_place..].CommonPrefixLength(_drafts) : 0;
            _right += Weight * (((double)right / _drafts.Length) - _right);
            _rest = _right < LeastRight ? Rest : 0;
            _drafts = [];
        }

        public void Dispose() => session.Dispose();
    }
}
