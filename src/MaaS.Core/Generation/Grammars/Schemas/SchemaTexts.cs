using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using MaaS.Core.Generation.Grammars.Patterns;

namespace MaaS.Core.Generation.Grammars.Schemas;

/// <summary>Tells whether texts follow the keywords of strings.</summary>
internal sealed class SchemaTexts
{
    // Steps of a pattern over a text: beyond it the text does not count as found.
    private const long MaxSteps = 50_000_000;

    private readonly ConcurrentDictionary<(string Keyword, string Rule), CharAutomaton> _automata = new();

    /// <summary>Reads the patterns and formats of a schema.</summary>
    /// <param name="root">The schema.</param>
    /// <param name="budget">For the reading.</param>
    /// <exception cref="SchemaFault">One of them is damaged or not covered, or they take too many steps.</exception>
    public void Check(SchemaNode root, CompileBudget budget)
    {
        HashSet<SchemaNode> seen = [];
        Stack<SchemaNode> left = new([root]);
        while (left.TryPop(out var node))
        {
            if (!seen.Add(node))
            {
                continue;
            }

            budget.Spend(node.Place);
            foreach (var (keyword, rule) in new[] { ("pattern", node.Pattern), ("format", node.Format) })
            {
                if (rule is not null)
                {
                    _automata.GetOrAdd((keyword, rule), _ => Read(keyword, rule, $"{node.Place}/{keyword}", budget));
                }
            }

            SchemaNode?[] below =
                [.. node.Properties.Select(static p => p.Schema), .. node.Prefix, .. node.Options ?? [],
                    node.Additional, node.Items, node.Reference];
            foreach (var next in below.OfType<SchemaNode>())
            {
                left.Push(next);
            }
        }
    }

    /// <summary>Whether a text follows one keyword.</summary>
    /// <param name="text">The text.</param>
    /// <param name="keyword">A keyword; those of other types are followed by every text.</param>
    /// <param name="rule">Its value.</param>
    /// <exception cref="SchemaFault">The pattern needs too many steps on this text.</exception>
    public bool Follows(string text, string keyword, JsonElement rule) => keyword switch
    {
        "minLength" => Length(text) >= SchemaValues.Count(rule, keyword),
        "maxLength" => Length(text) <= SchemaValues.Count(rule, keyword),
        "pattern" => IsFound(Automaton(keyword, rule.GetString()!), text),
        "format" => IsFound(Automaton(keyword, rule.GetString()!), Usual(text, rule.GetString()!)),
        _ => true,
    };

    private static int Length(string text) => text.EnumerateRunes().Count();

    // What the grammar of a format leaves out, as something that it has: the last day of a leap year's February, and
    // capital letters of a UUID.
    private static string Usual(string text, string format) => format switch
    {
        "uuid" => text.ToLowerInvariant(),
        "date" or "date-time" when text.Length >= 10 && DateOnly.TryParseExact(
            text[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            => "2000-01-01" + text[10..],
        _ => text,
    };

    // Read before, but for a schema that only a reference within a reference leads to.
    private CharAutomaton Automaton(string keyword, string rule) => _automata.GetOrAdd(
        (keyword, rule), static key => Read(
            key.Keyword, key.Rule, key.Keyword, new CompileBudget(CancellationToken.None)));

    private static CharAutomaton Read(string keyword, string rule, string place, CompileBudget budget)
        => new(keyword == "format" ? TextFormats.Of(rule, place) : PatternParser.Parse(rule, place), place, budget);

    private static bool IsFound(CharAutomaton automaton, string text)
    {
        var (now, next) = (new StateSet(automaton), new StateSet(automaton));
        now.Add(automaton.Start);
        var steps = 0L;
        foreach (var rune in text.EnumerateRunes())
        {
            next.Clear();
            foreach (var state in now.States)
            {
                foreach (var (set, to) in automaton.Edges(state))
                {
                    if (set is not null && Has(set, rune.Value))
                    {
                        next.Add(to);
                    }
                }
            }

            steps += now.States.Count;
            if (steps > MaxSteps)
            {
                throw new SchemaFault("pattern", $"it takes more than {MaxSteps:N0} steps on a text of {text.Length}");
            }

            (now, next) = (next, now);
        }

        return now.States.Contains(automaton.End);
    }

    private static bool Has(CharSet set, int character)
    {
        foreach (var (low, high) in set.Ranges)
        {
            if (character <= high)
            {
                return character >= low;
            }
        }

        return false;
    }

    /// <summary>States with those that are reached without a character.</summary>
    private sealed class StateSet(CharAutomaton automaton)
    {
        private readonly bool[] _has = new bool[automaton.Count];

        public List<int> States { get; } = [];

        public void Add(int state)
        {
            var first = States.Count;
            Put(state);
            for (var i = first; i < States.Count; i++)
            {
                foreach (var (set, to) in automaton.Edges(States[i]))
                {
                    if (set is null)
                    {
                        Put(to);
                    }
                }
            }
        }

        public void Clear()
        {
            foreach (var state in States)
            {
                _has[state] = false;
            }

            States.Clear();
        }

        private void Put(int state)
        {
            if (!_has[state])
            {
                _has[state] = true;
                States.Add(state);
            }
        }
    }
}
