namespace MaaS.Core.Generation.Grammars.Schemas;

/// <summary>Schemas that must hold together, as one; two that were joined before are not joined again, so that
/// schemas that refer to themselves come to an end.</summary>
internal sealed class SchemaMerge(CompileBudget budget)
{
    private readonly Dictionary<(SchemaNode, SchemaNode), SchemaNode> _pairs = [];

    /// <summary>Adds what another schema asks.</summary>
    /// <param name="node">Was read, but for its others.</param>
    /// <param name="other">A part of <c>allOf</c>, or what <c>$ref</c> names.</param>
    /// <param name="alone">Whether there is no third schema.</param>
    public void Into(SchemaNode node, SchemaNode other, bool alone)
    {
        if (alone && node.IsEmpty && node.Options is null && node.Reference is null)
        {
            // Nothing else is said: the other one's name will do, be it read already or not.
            node.Reference = other;
            return;
        }

        if (node.Reference is { } earlier)
        {
            node.Reference = null;
            Add(node, Ready(earlier, node.Place));
        }

        Add(node, Ready(other, node.Place));
    }

    /// <summary>A schema of two that must hold together.</summary>
    public SchemaNode Both(SchemaNode a, SchemaNode b, string place)
    {
        budget.Descend(place);
        var pair = (a.Resolved, b.Resolved);
        if (_pairs.TryGetValue(pair, out var known))
        {
            return known;
        }

        var node = new SchemaNode(place) { IsReading = true };
        _pairs.Add(pair, node);
        Add(node, Ready(a, place));
        Add(node, Ready(b, place));
        node.IsReading = false;
        return node;
    }

    /// <summary>The bound that excludes more.</summary>
    public static SchemaBound? Tighter(SchemaBound? a, SchemaBound? b, bool lower)
    {
        if (a is null || b is null)
        {
            return a ?? b;
        }

        return a.Value == b.Value ? (a.IsOut ? a : b) : a.Value > b.Value == lower ? a : b;
    }

    private static SchemaNode Ready(SchemaNode node, string place)
        => node.Resolved is { IsReading: false } ready ? ready
            : throw new SchemaFault(place, "a schema that refers to itself cannot be combined with others");

    private void Add(SchemaNode node, SchemaNode other)
    {
        node.IsNever |= other.IsNever;
        AddValues(node, other);
        AddMembers(node, other);
        node.Prefix = node.Prefix.Count == 0 ? other.Prefix : other.Prefix.Count == 0 ? node.Prefix
            : Only(node.Prefix, other.Prefix, node, "prefixItems")!;
        node.Items = Only(node.Items, other.Items, node, "items");
        node.MinItems = Most(node.MinItems, other.MinItems);
        node.MinLength = Most(node.MinLength, other.MinLength);
        node.MaxItems = Least(node.MaxItems, other.MaxItems);
        node.MaxLength = Least(node.MaxLength, other.MaxLength);
        node.Pattern = Only(node.Pattern, other.Pattern, node, "pattern");
        node.Format = Only(node.Format, other.Format, node, "format");
        node.Minimum = Tighter(node.Minimum, other.Minimum, lower: true);
        node.Maximum = Tighter(node.Maximum, other.Maximum, lower: false);
        node.OnlyOne |= other.OnlyOne;
        node.Options = Only(node.Options, other.Options, node, "anyOf or oneOf");
    }

    private void AddValues(SchemaNode node, SchemaNode other)
    {
        if (node.Types is { } types && other.Types is { } more)
        {
            // A whole number is a number.
            var both = types & more;
            both |= (types | more).HasFlag(JsonTypes.Integer | JsonTypes.Number)
                && (types & (JsonTypes.Integer | JsonTypes.Number)) != 0
                && (more & (JsonTypes.Integer | JsonTypes.Number)) != 0 ? JsonTypes.Integer : 0;
            (node.Types, node.IsNever) = (both, node.IsNever || both == 0);
        }
        else
        {
            node.Types ??= other.Types;
        }

        node.Values = node.Values is { } ours && other.Values is { } theirs
            ? [.. ours.Where(v => SchemaValues.Contain(theirs, v, budget, node.Place))] : node.Values ?? other.Values;
        if (node.Values is not null && node.Types is { } kept)
        {
            node.Values = [.. node.Values.Where(v => SchemaValues.Fits(v, kept))];
        }
    }

    private void AddMembers(SchemaNode node, SchemaNode other)
    {
        budget.Spend(node.Place, 4L * (node.Properties.Count + node.Required.Count));
        budget.Spend(node.Place, 4L * (other.Properties.Count + other.Required.Count));
        var places = node.Properties.Select(static (p, i) => (p.Name, i)).ToDictionary(StringComparer.Ordinal);
        var more = other.Properties.Count(p => !places.ContainsKey(p.Name));
        if ((Closes(node) && more > 0)
            || (Closes(other) && more + node.Properties.Count > other.Properties.Count)
            || (Closes(node) && Closes(other) && !(node.Additional!.IsNever && other.Additional!.IsNever)))
        {
            throw new SchemaFault(
                node.Place, "additionalProperties of one schema beside other schemas' properties is not supported");
        }

        foreach (var (name, schema) in other.Properties)
        {
            if (!places.TryGetValue(name, out var at))
            {
                node.Properties.Add((name, schema));
            }
            else if (!ReferenceEquals(node.Properties[at].Schema.Resolved, schema.Resolved))
            {
                var both = Both(node.Properties[at].Schema, schema, $"{node.Place}/properties/{name}");
                node.Properties[at] = (name, both);
            }
        }

        node.Required = [.. node.Required, .. other.Required];
        node.Additional = Closes(node) ? node.Additional : other.Additional ?? node.Additional;
    }

    // Whether it says of other properties more than that they may be.
    private static bool Closes(SchemaNode node) => node.Additional is { } additional
        && (!additional.IsEmpty || additional.Reference is not null || additional.Options is not null);

    private static int? Most(int? a, int? b) => a is null || b is null ? a ?? b : Math.Max(a.Value, b.Value);

    private static int? Least(int? a, int? b) => a is null || b is null ? a ?? b : Math.Min(a.Value, b.Value);

    private static T? Only<T>(T? a, T? b, SchemaNode node, string keyword)
        where T : class
        => a is null || b is null || Equals(a, b) ? a ?? b
            : throw new SchemaFault(node.Place, $"{keyword} in two schemas that must hold together is not supported");
}
