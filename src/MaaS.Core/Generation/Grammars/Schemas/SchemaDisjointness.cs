namespace MaaS.Core.Generation.Grammars.Schemas;

/// <summary>Whether no value satisfies two schemas of <c>oneOf</c>, so that one of them is exactly one.</summary>
internal sealed class SchemaDisjointness(CompileBudget budget)
{
    // Pairs of which one has options; null while they are compared.
    private readonly Dictionary<(SchemaNode, SchemaNode), bool?> _pairs = [];

    public void Check(IReadOnlyList<SchemaNode> options, string place)
    {
        for (var i = 0; i < options.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (!AreDisjoint(options[j], options[i]))
                {
                    throw new SchemaFault(
                        place, $"oneOf: a value may satisfy both the schemas {j} and {i}; give them different types, "
                        + "or a required property with different values of enum or const, or write anyOf");
                }
            }
        }
    }

    private bool AreDisjoint(SchemaNode a, SchemaNode b)
    {
        (a, b) = (a.Resolved, b.Resolved);
        budget.Descend(a.Place);
        if (a.Options is null && b.Options is null)
        {
            return Compare(a, b);
        }

        if (_pairs.TryGetValue((a, b), out var known))
        {
            return known ?? throw new SchemaFault(a.Place, "the schema refers to itself without anything between");
        }

        _pairs[(a, b)] = null;
        var disjoint = Compare(a, b);
        _pairs[(a, b)] = disjoint;
        return disjoint;
    }

    private bool Compare(SchemaNode a, SchemaNode b)
    {
        if (a.IsNever || b.IsNever)
        {
            return true;
        }

        if (a.Options is not null || b.Options is not null)
        {
            var (some, other) = a.Options is not null ? (a, b) : (b, a);
            return some.IsEmpty && some.Options!.All(o => AreDisjoint(o, other));
        }

        if (a.Values is { } ours && b.Values is { } theirs)
        {
            return !ours.Any(v => SchemaValues.Contain(theirs, v, budget, a.Place));
        }

        var (left, right) = (Types(a), Types(b));
        var shared = left & right;
        return shared == 0 || (shared == JsonTypes.Object && a.Properties.Any(p => DiffersBy(p, a, b)));
    }

    private bool DiffersBy((string Name, SchemaNode Schema) property, SchemaNode a, SchemaNode b)
    {
        budget.Spend(a.Place, 1 + b.Properties.Count);
        return a.Required.Contains(property.Name) && b.Required.Contains(property.Name)
            && b.Properties.Find(p => p.Name == property.Name) is { Schema: { } other }
            && property.Schema.Resolved.Values is not null && other.Resolved.Values is not null
            && AreDisjoint(property.Schema, other);
    }

    // Every whole number is a number, and values have the types that they have.
    private JsonTypes Types(SchemaNode node)
    {
        budget.Spend(node.Place, node.Values?.Count ?? 0);
        // What is written has only these types: keywords of a type that is not named make it so.
        var types = node.Values?.Aggregate(JsonTypes.None, static (all, v) => all | SchemaValues.TypeOf(v))
            ?? node.Types ?? JsonTypes.All;
        return (types & (JsonTypes.Integer | JsonTypes.Number)) != 0
            ? types | JsonTypes.Integer | JsonTypes.Number : types;
    }
}
