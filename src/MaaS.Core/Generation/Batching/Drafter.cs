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
        private readonly List<long> _seen = [];

        public long[] Guess(ReadOnlySpan<long> tokens, int count, int chunk)
        {
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

            return drafts;
        }

        public void Dispose() => session.Dispose();
    }
}
