using System.Text.Json;

namespace MaaS.Core.Generation.Grammars.Schemas;

/// <summary>Whether no value satisfies two schemas of <c>oneOf</c>, so that one of them is exactly one.</summary>
internal static class SchemaDisjointness
{
    public static void Check(IReadOnlyList<SchemaNode> options, string place)
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

    private static bool AreDisjoint(SchemaNode a, SchemaNode b)
    {
        (a, b) = (a.Resolved, b.Resolved);
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
            return !ours.Any(v => theirs.Any(t => JsonElement.DeepEquals(v, t)));
        }

        var (left, right) = (Types(a), Types(b));
        var shared = left & right;
        return shared == 0 || (shared == JsonTypes.Object && a.Properties.Any(p => DiffersBy(p, a, b)));
    }

    private static bool DiffersBy((string Name, SchemaNode Schema) property, SchemaNode a, SchemaNode b)
        => a.Required.Contains(property.Name) && b.Required.Contains(property.Name)
            && b.Properties.Find(p => p.Name == property.Name) is { Schema: { } other }
            && property.Schema.Resolved.Values is not null && other.Resolved.Values is not null
            && AreDisjoint(property.Schema, other);

    // Every whole number is a number, and values have the types that they have.
    private static JsonTypes Types(SchemaNode node)
    {
        // What is written has only these types: keywords of a type that is not named make it so.
        var types = node.Values?.Aggregate(JsonTypes.None, static (all, v) => all | SchemaValues.TypeOf(v))
            ?? node.Types ?? JsonTypes.All;
        return (types & (JsonTypes.Integer | JsonTypes.Number)) != 0
            ? types | JsonTypes.Integer | JsonTypes.Number : types;
    }
}
