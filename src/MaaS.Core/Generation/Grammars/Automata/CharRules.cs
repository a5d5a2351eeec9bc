using System.Text;
using MaaS.Core.Generation.Grammars.Patterns;

namespace MaaS.Core.Generation.Grammars.Automata;

/// <summary>Writes automata over characters into a network of bytes, as the contents of JSON strings or as they
/// are.</summary>
/// <param name="network">Where they are written.</param>
/// <param name="reach">Characters of the longest token.</param>
internal sealed class CharRules(RuleNetwork network, int reach)
{
    private const string Escaped = "\"\\\b\f\n\r\t";
    private const string Escapes = "\"\\bfnrt";

    private static readonly CharSet NotRaw = CharSet.Of((0, 0x1F), ('"', '"'), ('\\', '\\'));

    private readonly Dictionary<CharSet, Rule> _rules = [];

    /// <summary>Adds a way for every text of a pattern.</summary>
    /// <param name="from">Where it begins.</param>
    /// <param name="automaton">The pattern.</param>
    /// <param name="least">Fewest characters.</param>
    /// <param name="most">Most characters; null for no bound.</param>
    /// <param name="to">Where it ends.</param>
    public void Add(int from, CharAutomaton automaton, int least, int? most, int to)
    {
        // States of the automaton at each count of characters; beyond what counts, counts are one.
        var last = most ?? least;
        var states = new Dictionary<(int State, int Count), int> { [(automaton.Start, 0)] = from };
        Queue<(int State, int Count)> open = new([(automaton.Start, 0)]);
        int Of((int State, int Count) at)
        {
            if (!states.TryGetValue(at, out var state))
            {
                state = network.State();
                states.Add(at, state);
                open.Enqueue(at);
            }

            return state;
        }

        while (open.TryDequeue(out var at))
        {
            var state = states[at];
            network.Budget.Spend("", automaton.Edges(at.State).Count);
            if (at.State == automaton.End && at.Count >= least)
            {
                network.Empty(state, to);
            }

            foreach (var (set, target) in automaton.Edges(at.State))
            {
                if (set is null)
                {
                    network.Empty(state, Of((target, at.Count)));
                }
                else if (at.Count < last || most is null)
                {
                    AddCharacter(state, set, Of((target, Math.Min(at.Count + 1, last))));
                }
            }
        }

        AddLikeness(states, least, last);
    }

    // Counts that no token brings to a bound have the same tokens: one mask does for all of them.
    private void AddLikeness(Dictionary<(int State, int Count), int> states, int least, int last)
    {
        var firsts = new Dictionary<(int State, bool Enough), int>();
        foreach (var ((at, count), state) in states.OrderBy(static s => s.Key.Count))
        {
            if (count > 0 && count + reach < (count >= least ? last : least)
                && !firsts.TryAdd((at, count >= least), state))
            {
                network.Alike(state, firsts[(at, count >= least)]);
            }
        }
    }

    /// <summary>A text as the contents of a JSON string, in one way only.</summary>
    public static byte[] Contents(string text)
    {
        var contents = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            var escape = Escaped.IndexOf(c, StringComparison.Ordinal);
            contents.Append(escape >= 0 ? $"\\{Escapes[escape]}" : c < ' ' ? $"\\u{(int)c:x4}" : c.ToString());
        }

        return Encoding.UTF8.GetBytes(contents.ToString());
    }

    private void AddCharacter(int from, CharSet set, int to)
    {
        if (set.Ranges.Count <= 4 && set.Ranges.All(static r => r is { Low: >= ' ', High: <= '~' })
            && set.Except(NotRaw).Equals(set))
        {
            foreach (var (low, high) in set.Ranges)
            {
                network.Range(from, (byte)low, (byte)high, to);
            }

            return;
        }

        if (!_rules.TryGetValue(set, out var rule))
        {
            rule = network.Rule("a character");
            _rules.Add(set, rule);
            AddRaw(rule, set.Except(NotRaw));
            AddEscapes(rule, set);
        }

        network.Through(from, rule, to);
    }

    private void AddRaw(Rule rule, CharSet set)
    {
        // Tails of the same ranges are shared.
        var tails = new Dictionary<string, int>(StringComparer.Ordinal) { [""] = rule.End };
        foreach (var sequence in set.Ranges.SelectMany(static r => Utf8Ranges.Of(r.Low, r.High)))
        {
            var to = rule.End;
            for (var i = sequence.Length - 1; i >= 0; i--)
            {
                if (i == 0)
                {
                    network.Range(rule.Start, sequence[0].Low, sequence[0].High, to);
                    break;
                }

                var key = string.Join(',', sequence[i..]);
                if (!tails.TryGetValue(key, out var state))
                {
                    state = network.State();
                    network.Range(state, sequence[i].Low, sequence[i].High, to);
                    tails.Add(key, state);
                }

                to = state;
            }
        }
    }

    private void AddEscapes(Rule rule, CharSet set)
    {
        if (set.Equals(CharSet.All))
        {
            AddAllEscapes(rule);
            return;
        }

        foreach (var (low, high) in set.Ranges)
        {
            for (var c = low; c <= Math.Min(high, '\\'); c++)
            {
                if (c < ' ' || c is '"' or '\\')
                {
                    network.Literal(rule.Start, Contents(((char)c).ToString()), rule.End);
                }
            }
        }
    }

    // What may follow a backslash: a letter, or a character's number, of two halves where it needs them.
    private void AddAllEscapes(Rule rule)
    {
        var escape = network.State();
        network.Literal(rule.Start, "\\", escape);
        foreach (var c in Escapes + "/")
        {
            network.Literal(escape, c.ToString(), rule.End);
        }

        var number = network.State();
        network.Literal(escape, "u", number);
        AddUnit(number, [('0', '9'), ('a', 'c'), ('A', 'C'), ('e', 'f'), ('E', 'F')], [], rule.End);
        AddUnit(number, [('d', 'd'), ('D', 'D')], [('0', '7')], rule.End);
        var (high, second) = (network.State(), network.State());
        AddUnit(number, [('d', 'd'), ('D', 'D')], [('8', '9'), ('a', 'b'), ('A', 'B')], high);
        network.Literal(high, "\\u", second);
        AddUnit(second, [('d', 'd'), ('D', 'D')], [('c', 'f'), ('C', 'F')], rule.End);
    }

    private void AddUnit(int from, (char, char)[] first, (char, char)[] next, int to)
    {
        (char, char)[] any = [('0', '9'), ('a', 'f'), ('A', 'F')];
        (char Low, char High)[][] digits = [first, next.Length > 0 ? next : any, any, any];
        for (var i = 0; i < digits.Length; i++)
        {
            var target = i == digits.Length - 1 ? to : network.State();
            foreach (var (low, high) in digits[i])
            {
                network.Range(from, (byte)low, (byte)high, target);
            }

            from = target;
        }
    }
}
