using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace MaaS.Core.Generation.Batching;

/// <summary>Guesses the next tokens of texts with a small model, which the large one then checks in one run. For one
/// thread.</summary>
/// <param name="graph">The small model, of the same vocabulary; disposed with this.</param>
/// <param name="maxLength">Its longest sequence.</param>
/// <param name="count">Tokens to guess.</param>
/// <remarks>Leviathan et al. 2023: Fast inference from transformers via speculative decoding; tokens are kept only where
/// the large model draws the same, so the text does not depend on the small one.</remarks>
internal sealed class Drafter(DecoderGraph graph, long maxLength, int count) : IDisposable
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

        sequence.Drafts = text.Guess(CollectionsMarshal.AsSpan(sequence.Tokens), wanted);
    }

    /// <summary>Frees what is kept of a text.</summary>
    public void Forget(Sequence sequence)
    {
        if (_texts.Remove(sequence, out var text))
        {
            text.Dispose();
        }
    }

    public void Dispose()
    {
        foreach (var text in _texts.Values)
        {
            text.Dispose();
        }

        graph.Dispose();
    }

    private sealed class Text(GraphSession session) : IDisposable
    {
        private readonly List<long> _seen = [];

        public long[] Guess(ReadOnlySpan<long> tokens, int count)
        {
            // What the small model has seen beyond the text's own tokens is taken back.
            var same = tokens.CommonPrefixLength(CollectionsMarshal.AsSpan(_seen));
            if (same < _seen.Count)
            {
                _seen.RemoveRange(same, _seen.Count - same);
                session.Rewind(same);
            }

            var drafts = new long[count];
            var next = tokens[same..].ToArray();
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
