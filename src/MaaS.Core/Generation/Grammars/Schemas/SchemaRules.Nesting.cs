using MaaS.Core.Generation.Grammars.Automata;
using MaaS.Core.Generation.Grammars.Patterns;

namespace MaaS.Core.Generation.Grammars.Schemas;

/// <content>Objects and arrays.</content>
internal sealed partial class SchemaRules
{
    // Longer property names are refused: the names that others must not have are a tree of this depth.
    private const int MaxName = 1000;

    // Characters of a JSON string that need no escape.
    private static readonly CharSet Raw = CharSet.All.Except(CharSet.Of((0, 0x1F), ('"', '"'), ('\\', '\\')));

    private static readonly SchemaNode AnyValue = SchemaNode.Any;

    /// <summary>Members come in the order of the schema, then others where they may be.</summary>
    private void BuildObject(SchemaNode schema, Rule rule)
    {
        List<(string Name, SchemaNode Schema)> properties = [.. schema.Properties];
        var named = properties.Select(static p => p.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var name in schema.Required.Where(r => !named.Contains(r)).Order(StringComparer.Ordinal))
        {
            // Closed where it names properties and says nothing of others; what it requires is then a property as well.
            properties.Add((name, schema.Additional ?? AnyValue));
        }

        // States before the first member, and behind one.
        var (none, some) = (network.State(), network.State());
        network.Literal(rule.Start, "{", none);
        foreach (var (name, property) in properties)
        {
            var (key, next, skipped) = (network.State(), network.State(), network.State());
            network.Empty(none, key);
            network.LiteralAndSpace(some, ",", key);
            AddMember(key, CharRules.Contents(name), property, next);
            if (!schema.Required.Contains(name))
            {
                network.Empty(none, skipped);
                network.Empty(some, next);
            }

            (none, some) = (skipped, next);
        }

        var others = schema.Additional ?? (properties.Count == 0 ? AnyValue : null);
        if (others is not null && !others.Resolved.IsNever)
        {
            AddOthers(none, some, others, [.. properties.Select(static p => p.Name)], schema.Place);
        }

        network.Literal(none, "}", rule.End);
        network.Literal(some, "}", rule.End);
    }

    private void AddMember(int from, byte[] name, SchemaNode value, int to)
    {
        var (quoted, colon, behind) = (network.State(), network.State(), network.State());
        network.Literal(from, "\"", quoted);
        network.Literal(quoted, name, colon);
        network.Literal(colon, "\"", behind);
        AddValue(behind, value, to);
    }

    private void AddValue(int behindName, SchemaNode value, int to)
    {
        var begin = network.State();
        network.LiteralAndSpace(behindName, ":", begin);
        network.Through(begin, Of(value), to);
    }

    private void AddOthers(int none, int some, SchemaNode value, IReadOnlyList<string> names, string place)
    {
        if (names.FirstOrDefault(static n => n.Length > MaxName) is { } name)
        {
            throw new SchemaFault(
                place,
                $"additionalProperties beside a name of {name.Length:N0} characters is not supported, only {MaxName}");
        }

        var (key, quoted, colon, behind) = (network.State(), network.State(), network.State(), network.State());
        network.Empty(none, key);
        network.LiteralAndSpace(some, ",", key);
        network.Literal(key, "\"", quoted);
        var free = names.Count == 0 ? PatternNode.Anything : OtherNames(names, 0, place);
        AddPattern(quoted, free, 0, null, colon, place);
        network.Literal(colon, "\"", behind);
        AddValue(behind, value, some);
    }

    // Texts that are none of the names, without escapes: an escape could write a name in another way.
    private PatternNode.Choice OtherNames(IReadOnlyList<string> names, int depth, string place)
    {
        network.Budget.Descend(place);
        network.Budget.Spend(place, names.Count);
        var rest = new PatternNode.Repeat(new PatternNode.Character(Raw), 0, null);
        List<PatternNode> options = names.Any(n => n.Length == depth) ? [] : [PatternNode.Nothing];
        List<(int Low, int High)> taken = [];
        foreach (var group in names.Where(n => n.Length > depth).GroupBy(n => CodePoint(n, depth)))
        {
            var next = CharSet.Of(group.Key);
            if (Raw.Except(next).Equals(Raw))
            {
                // Such a name needs an escape, which others do not have.
                continue;
            }

            taken.Add((group.Key, group.Key));
            options.Add(new PatternNode.Sequence(
                [
                    new PatternNode.Character(next),
                    OtherNames([.. group], depth + (group.Key > 0xFFFF ? 2 : 1), place),
                ]));
        }

        var others = Raw.Except(CharSet.Of([.. taken]));
        options.Add(new PatternNode.Sequence([new PatternNode.Character(others), rest]));
        return new PatternNode.Choice(options);
    }

    private static int CodePoint(string text, int at)
        => char.IsSurrogatePair(text, at) ? char.ConvertToUtf32(text, at) : text[at];

    private void BuildArray(SchemaNode schema, Rule rule)
    {
        var (least, most) = (schema.MinItems ?? 0, schema.MaxItems);
        if (least > SchemaValues.MaxCount)
        {
            throw new SchemaFault(schema.Place, $"minItems above {SchemaValues.MaxCount:N0} is not supported");
        }

        most = most is { } given ? Math.Min(given, SchemaValues.MaxCount) : null;
        if (schema.Items is { } items && items.Resolved.IsNever)
        {
            most = Math.Min(most ?? int.MaxValue, schema.Prefix.Count);
        }

        // After each item but the first comes a comma; from the last state that counts, items repeat.
        var counted = Math.Max(Math.Max(least, schema.Prefix.Count), most is null ? 1 : most.Value);
        counted = most is { } bound ? Math.Min(counted, bound) : counted;
        var state = network.State();
        network.Literal(rule.Start, "[", state);
        if (most < least)
        {
            return;
        }

        for (var i = 0; i <= counted; i++)
        {
            if (i >= least)
            {
                network.Literal(state, "]", rule.End);
            }

            if (i == counted && most is not null)
            {
                break;
            }

            var begin = network.State();
            if (i == 0)
            {
                network.Empty(state, begin);
            }
            else
            {
                network.LiteralAndSpace(state, ",", begin);
            }

            var next = i == counted ? state : network.State();
            network.Through(begin, Of(i < schema.Prefix.Count ? schema.Prefix[i] : schema.Items ?? AnyValue), next);
            state = next;
        }
    }
}
