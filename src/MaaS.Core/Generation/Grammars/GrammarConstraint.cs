using MaaS.Core.Generation.Grammars.Automata;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Generation.Grammars;

/// <summary>A grammar as a rule for tokens.</summary>
internal sealed class GrammarConstraint(GrammarAutomaton automaton, TokenVocabulary vocabulary) : ITokenConstraint
{
    public TokenVocabulary Vocabulary => vocabulary;

    public GrammarAutomaton Automaton => automaton;

    public ITokenConstraintState Start(IReadOnlyList<long> stopTokens)
    {
        ArgumentNullException.ThrowIfNull(stopTokens);
        long[] stops = [.. stopTokens.Where(static t => t is >= 0 and <= int.MaxValue).Distinct()];
        if (stops.Length == 0)
        {
            throw new ArgumentException(
                $"grammar: expected a stop token with which a document can end, got [{string.Join(", ", stopTokens)}].",
                nameof(stopTokens));
        }

        foreach (var stop in stops)
        {
            if (vocabulary.BytesOf(stop, first: false) is [var only] && vocabulary.Single[only] == 1)
            {
                throw new ArgumentException(
                    $"grammar: expected a stop token of no use within a document, got {stop}, the only token of the "
                        + $"byte 0x{only:x2}.", nameof(stopTokens));
            }
        }

        return new GrammarConstraintState(this, stops);
    }

    /// <summary>The tokens that may follow a state, a bit for each id.</summary>
    /// <param name="state">Where the text stands.</param>
    /// <param name="first">Whether the text begins here.</param>
    /// <param name="work">Pays for what is not known yet.</param>
    /// <exception cref="Onnx.Inference.ModelInputException">It is too much work.</exception>
    public ulong[] MaskOf(GrammarState state, bool first, GrammarWork work)
    {
        first &= vocabulary.First != vocabulary.Rest;
        if (!first && state.Mask is { } known)
        {
            return known;
        }

        if (state.IsTooCostly)
        {
            throw GrammarWork.Refused();
        }

        work.Begin();
        try
        {
            return Find(state, first, work);
        }
        catch (ModelInputException) when (work.IsTooMuch)
        {
            state.IsTooCostly = true;
            throw;
        }
    }

    private ulong[] Find(GrammarState state, bool first, GrammarWork work)
    {
        if (first)
        {
            // The beginning is met once a text; its tokens may differ from those of the same state later.
            return Walk(state, vocabulary.First, work);
        }

        work.Spend(state.Configurations.Count);
        var alike = automaton.Like(state);
        var mask = alike.Mask ?? Walk(alike, vocabulary.Rest, work);
        automaton.Keep(alike, mask);
        state.Mask = mask;
        return mask;
    }

    private ulong[] Walk(GrammarState state, ByteTrie trie, GrammarWork work)
    {
        var mask = new ulong[(vocabulary.Size + 63) / 64];
        List<GrammarState> path = [state];
        for (var node = 1; node < trie.Count;)
        {
            var depth = trie.Depth(node);
            var next = automaton.Next(path[depth - 1], trie.Label(node), work);
            if (next.IsDead)
            {
                node = trie.End(node);
                continue;
            }

            if (path.Count == depth)
            {
                path.Add(next);
            }
            else
            {
                path[depth] = next;
            }

            if (next.IsViable)
            {
                foreach (var token in trie.Tokens(node))
                {
                    mask[token >> 6] |= 1UL << (token & 63);
                }
            }

            node++;
        }

        return mask;
    }
}
