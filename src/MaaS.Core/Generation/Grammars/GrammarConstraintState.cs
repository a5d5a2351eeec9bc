using System.Numerics;
using MaaS.Core.Generation.Grammars.Automata;

namespace MaaS.Core.Generation.Grammars;

/// <summary>A text under a grammar.</summary>
internal sealed class GrammarConstraintState(GrammarConstraint constraint, IReadOnlyList<long> stops)
    : ITokenConstraintState
{
    private readonly GrammarWork _work = new();
    private GrammarState _state = constraint.Automaton.Start(new());
    private bool _first = true;
    private bool _ended;

    public bool IsComplete => _state.IsComplete;

    public void Mask(Span<float> logits)
    {
        _state = constraint.Automaton.Renew(_state);
        ReadOnlySpan<ulong> mask = _ended ? [] : constraint.MaskOf(_state, _first, _work);
        if (!AnyLeft(logits.Length, mask))
        {
            throw new ArgumentException(
                $"grammar: expected logits of the vocabulary's {constraint.Vocabulary.Size} tokens and of the stop "
                    + $"tokens [{string.Join(", ", stops)}], got {logits.Length}, none of which may come.",
                nameof(logits));
        }

        Span<float> kept = stops.Count <= 64 ? stackalloc float[stops.Count] : new float[stops.Count];
        for (var i = 0; i < kept.Length; i++)
        {
            kept[i] = stops[i] < logits.Length && _state.IsComplete ? logits[(int)stops[i]] : float.NegativeInfinity;
        }

        Apply(mask, logits);
        for (var i = 0; i < kept.Length; i++)
        {
            if (stops[i] < logits.Length)
            {
                logits[(int)stops[i]] = kept[i];
            }
        }
    }

    public void Accept(long token)
    {
        if (stops.Contains(token))
        {
            _ended = _state.IsComplete ? true : throw Refused(token, "the document is not whole yet");
            return;
        }

        if (_ended || constraint.Vocabulary.BytesOf(token, _first) is not { } bytes)
        {
            throw Refused(token, _ended ? "the document has ended" : "it has no text");
        }

        var state = _state;
        foreach (var value in bytes)
        {
            state = constraint.Automaton.Next(state, value, _work);
        }

        if (!state.IsViable)
        {
            throw Refused(token, "the grammar has no such text here");
        }

        (_state, _first) = (state, false);
        _work.Refill();
    }

    private static void Apply(ReadOnlySpan<ulong> mask, Span<float> logits)
    {
        for (var start = 0; start < logits.Length; start += 64)
        {
            var left = start / 64 < mask.Length ? mask[start / 64] : 0;
            var part = logits[start..Math.Min(start + 64, logits.Length)];
            if (left == 0)
            {
                part.Fill(float.NegativeInfinity);
                continue;
            }

            for (var gone = ~left; gone != 0; gone &= gone - 1)
            {
                var bit = BitOperations.TrailingZeroCount(gone);
                if (bit >= part.Length)
                {
                    break;
                }

                part[bit] = float.NegativeInfinity;
            }
        }
    }

    private bool AnyLeft(int length, ReadOnlySpan<ulong> mask)
    {
        if (_state.IsComplete && stops.Any(s => s < length))
        {
            return true;
        }

        for (var i = 0; i < mask.Length; i++)
        {
            for (var bits = mask[i]; bits != 0; bits &= bits - 1)
            {
                var token = (i * 64) + BitOperations.TrailingZeroCount(bits);
                if (token >= length)
                {
                    return false;
                }

                if (!stops.Contains(token))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static ArgumentException Refused(long token, string why)
        => new($"grammar: the token {token} may not come here: {why}.", nameof(token));
}
