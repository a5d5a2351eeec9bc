namespace MaaS.Core.Generation.Grammars.Automata;

/// <summary>What must hold of a grammar before texts follow it.</summary>
internal static class GrammarCheck
{
    private const int MaxChain = 500;

    /// <summary>Refuses rules that go through themselves before they take a byte.</summary>
    public static void Recursion(RuleNetwork network)
    {
        var done = new HashSet<Rule>(ReferenceEqualityComparer.Instance);
        foreach (var rule in network.Rules)
        {
            Visit(rule, []);
        }

        void Visit(Rule rule, HashSet<Rule> path)
        {
            if (done.Contains(rule))
            {
                return;
            }

            if (!path.Add(rule))
            {
                throw new SchemaFault(rule.Place, "the schema refers to itself without anything between");
            }

            if (path.Count > MaxChain)
            {
                throw new SchemaFault(
                    rule.Place, $"more than {MaxChain} schemas stand for one another without anything between");
            }

            foreach (var inner in FirstRules(network, rule))
            {
                Visit(inner, path);
            }

            path.Remove(rule);
            done.Add(rule);
        }
    }

    /// <summary>Refuses grammars that no finite text satisfies.</summary>
    public static void Satisfiable(RuleNetwork network, Rule root, RuleNeeds needs)
    {
        if (needs[root.Start] >= RuleNeeds.Never)
        {
            // The innermost rule that nothing satisfies is most likely the cause.
            var cause = network.Rules.Last(r => needs[r.Start] >= RuleNeeds.Never);
            throw new SchemaFault(cause.Place, "nothing satisfies the schema");
        }

        var depth = needs[root.Start] + root.Weight;
        if (depth > JsonGrammar.MaxDepth)
        {
            throw new SchemaFault(
                root.Place, $"documents must be {depth} levels deep; at most {JsonGrammar.MaxDepth} are supported");
        }
    }

    // Rules that may begin where a rule begins.
    private static List<Rule> FirstRules(RuleNetwork network, Rule rule)
    {
        List<Rule> rules = [];
        HashSet<int> seen = [rule.Start];
        Queue<int> open = new([rule.Start]);
        while (open.TryDequeue(out var state))
        {
            network.Budget.Spend(rule.Place, network.Edges(state).Count);
            foreach (var edge in network.Edges(state))
            {
                if (edge.Rule is { } inner)
                {
                    rules.Add(inner);
                }
                else if (edge.Empty && seen.Add(edge.Target))
                {
                    open.Enqueue(edge.Target);
                }
            }
        }

        return rules;
    }
}
