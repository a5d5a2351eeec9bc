using MaaS.Core.Generation.Grammars.Automata;
using MaaS.Core.Generation.Grammars.Patterns;

namespace MaaS.Core.Generation.Grammars.Schemas;

/// <summary>Turns schemas into rules of a network, each schema once.</summary>
/// <remarks>Documents are written without white space but for one space that may follow each colon and comma.</remarks>
/// <param name="network">Where they are written.</param>
/// <param name="reach">Characters of the longest token.</param>
/// <param name="merge">Joins what must hold together.</param>
internal sealed partial class SchemaRules(RuleNetwork network, int reach, SchemaMerge merge)
{
    // Schemas that are built within one another. Real ones have tens; joining one with itself may go on without end.
    private const int MaxDepth = 2_000;

    private readonly Dictionary<SchemaNode, Rule> _rules = new(ReferenceEqualityComparer.Instance);
    private readonly CharRules _characters = new(network, reach);
    private readonly SchemaDisjointness _disjointness = new(network.Budget);
    private int _depth;

    /// <summary>The rule of a schema's values.</summary>
    public Rule Of(SchemaNode schema)
    {
        schema = schema.Resolved;
        if (_rules.TryGetValue(schema, out var known))
        {
            return known;
        }

        network.Budget.Descend(schema.Place);
        if (++_depth > MaxDepth)
        {
            throw new SchemaFault(schema.Place, "the schema is nested too deeply");
        }

        var nested = schema is { Options: null, Values: null, IsNever: false }
            && TypesOf(schema) is JsonTypes.Object or JsonTypes.Array;
        var rule = network.Rule(schema.Place, nested ? 1 : 0);
        _rules.Add(schema, rule);
        if (!schema.IsNever)
        {
            Build(schema, rule);
        }

        _depth--;
        return rule;
    }

    private void Build(SchemaNode schema, Rule rule)
    {
        if (schema.Options is { } options)
        {
            BuildOptions(schema, options, rule);
            return;
        }

        if (schema.Values is { } values)
        {
            if (schema.HasKeywords)
            {
                throw new SchemaFault(schema.Place, "enum or const beside anything but type is not supported");
            }

            network.Literals(rule.Start, values.Select(LiteralText.Of), rule.End);
            return;
        }

        var types = TypesOf(schema);
        foreach (var type in Enum.GetValues<JsonTypes>().Where(t => t is not (JsonTypes.None or JsonTypes.All)))
        {
            // A number may be whole.
            if (types.HasFlag(type) && !(type == JsonTypes.Integer && types.HasFlag(JsonTypes.Number)))
            {
                BuildType(schema, type, types, rule);
            }
        }
    }

    private void BuildType(SchemaNode schema, JsonTypes type, JsonTypes all, Rule rule)
    {
        switch (type)
        {
            case JsonTypes.Null:
                network.Literal(rule.Start, "null", rule.End);
                break;
            case JsonTypes.Boolean:
                network.Literal(rule.Start, "true", rule.End);
                network.Literal(rule.Start, "false", rule.End);
                break;
            case JsonTypes.Integer or JsonTypes.Number:
                BuildNumber(schema, type, rule);
                break;
            case JsonTypes.String:
                BuildString(schema, rule);
                break;
            default:
                // Among other types, nesting has a rule of its own, which counts the level.
                var own = rule.Weight == 1 ? rule : network.Rule(schema.Place, 1);
                if (own != rule)
                {
                    network.Through(rule.Start, own, rule.End);
                }

                if (type == JsonTypes.Array)
                {
                    BuildArray(schema, own);
                }
                else
                {
                    BuildObject(schema, own);
                }

                break;
        }
    }

    private void BuildOptions(SchemaNode schema, IReadOnlyList<SchemaNode> options, Rule rule)
    {
        SchemaNode[] all = [.. options.Select(o => o.Resolved)];
        if (!schema.IsEmpty)
        {
            var rest = WithoutOptions(schema);
            all = [.. all.Select((o, i) => merge.Both(o, rest, $"{schema.Place}/{i}"))];
        }

        if (schema.OnlyOne && all.Length > 1)
        {
            _disjointness.Check(all, schema.Place);
        }

        foreach (var option in all)
        {
            network.Through(rule.Start, Of(option), rule.End);
        }
    }

    private void BuildNumber(SchemaNode schema, JsonTypes type, Rule rule)
    {
        var (low, high) = (schema.Minimum, schema.Maximum);
        string? pattern;
        if (type == JsonTypes.Integer)
        {
            pattern = Whole(
                low is null ? null : low.IsOut ? Math.Floor(low.Value) + 1 : Math.Ceiling(low.Value),
                high is null ? null : high.IsOut ? Math.Ceiling(high.Value) - 1 : Math.Floor(high.Value),
                schema.Place, NumberPattern.Integer);
        }
        else if (low is null && high is null)
        {
            pattern = NumberPattern.Free;
        }
        else
        {
            if ((low ?? high)!.Value % 1 != 0 || (high ?? low)!.Value % 1 != 0)
            {
                throw new SchemaFault(
                    schema.Place,
                    "bounds of numbers that are not whole are not supported; take whole ones around them");
            }

            pattern = Whole(
                low?.Value, high?.Value, schema.Place,
                (from, to) => NumberPattern.Number(from, to, low?.IsOut == true, high?.IsOut == true));
        }

        if (pattern is not null)
        {
            AddPattern(rule.Start, PatternParser.ParseWhole(pattern), 0, null, rule.End, schema.Place);
        }
    }

    private static string? Whole(decimal? low, decimal? high, string place, Func<long?, long?, string?> pattern)
    {
        if (Math.Abs(low ?? 0) > NumberPattern.Most || Math.Abs(high ?? 0) > NumberPattern.Most)
        {
            throw new SchemaFault(place, $"bounds of numbers beyond {NumberPattern.Most} are not supported");
        }

        return low > high ? null : pattern((long?)low, (long?)high);
    }

    private void BuildString(SchemaNode schema, Rule rule)
    {
        var (begin, end) = (network.State(), network.State());
        network.Literal(rule.Start, "\"", begin);
        network.Literal(end, "\"", rule.End);
        var (least, most) = (schema.MinLength ?? 0, schema.MaxLength);
        if (least > SchemaValues.MaxCount)
        {
            throw new SchemaFault(schema.Place, $"minLength above {SchemaValues.MaxCount:N0} is not supported");
        }

        most = most is { } given ? Math.Min(given, SchemaValues.MaxCount) : null;
        if (most < least)
        {
            return;
        }

        if (schema.Format is not null && schema.Pattern is not null)
        {
            throw new SchemaFault(schema.Place, "pattern beside format is not supported");
        }

        var pattern = schema.Format is { } format ? TextFormats.Of(format, $"{schema.Place}/format")
            : schema.Pattern is { } expression ? PatternParser.Parse(expression, $"{schema.Place}/pattern")
            : PatternNode.Anything;
        AddPattern(begin, pattern, least, most, end, schema.Place);
    }

    private void AddPattern(int from, PatternNode pattern, int least, int? most, int to, string place)
        => _characters.Add(from, new CharAutomaton(pattern, place, network.Budget), least, most, to);

    /// <summary>The types that a schema names, or those that its keywords are about, or all.</summary>
    public static JsonTypes TypesOf(SchemaNode schema)
    {
        if (schema.Types is { } types)
        {
            return types;
        }

        var meant = (schema.HasObjectKeywords ? JsonTypes.Object : 0) | (schema.HasArrayKeywords ? JsonTypes.Array : 0)
            | (schema.HasStringKeywords ? JsonTypes.String : 0) | (schema.HasNumberKeywords ? JsonTypes.Number : 0);
        return meant == 0 ? JsonTypes.All : meant;
    }

    private static SchemaNode WithoutOptions(SchemaNode schema) => new(schema.Place)
    {
        IsNever = schema.IsNever,
        Types = schema.Types,
        Values = schema.Values,
        Properties = schema.Properties,
        Required = schema.Required,
        Additional = schema.Additional,
        Prefix = schema.Prefix,
        Items = schema.Items,
        MinItems = schema.MinItems,
        MaxItems = schema.MaxItems,
        MinLength = schema.MinLength,
        MaxLength = schema.MaxLength,
        Pattern = schema.Pattern,
        Format = schema.Format,
        Minimum = schema.Minimum,
        Maximum = schema.Maximum,
    };
}
