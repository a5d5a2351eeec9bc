using System.Text.Json;

namespace MaaS.Core.Generation.Grammars.Schemas;

/// <summary>Holds one document against a schema that was read before, and so is not damaged.</summary>
/// <param name="root">The schema's document.</param>
/// <param name="texts">Knows its patterns.</param>
internal sealed class SchemaWalk(JsonElement root, SchemaTexts texts)
{
    // References may lead to themselves without taking anything of a document, and options may multiply.
    private const int MaxDepth = 256, MaxSteps = 1_000_000;

    private int _steps;

    /// <summary>Whether a document follows the schema.</summary>
    /// <exception cref="SchemaFault">It takes too many steps to tell.</exception>
    public bool Follows(JsonElement document) => Follows(document, root, 0);

    private bool Follows(JsonElement value, JsonElement schema, int depth)
    {
        if (depth == MaxDepth || ++_steps > MaxSteps)
        {
            throw new SchemaFault("", $"a document takes more than {MaxSteps:N0} steps, or {MaxDepth} schemas deep");
        }

        return schema.ValueKind != JsonValueKind.Object ? schema.ValueKind == JsonValueKind.True
            : schema.EnumerateObject().All(keyword => Follows(value, schema, keyword, depth + 1));
    }

    private bool Follows(JsonElement value, JsonElement schema, JsonProperty keyword, int depth)
    {
        bool Each(JsonElement other) => Follows(value, other, depth);
        var rule = keyword.Value;
        return keyword.Name switch
        {
            "type" => SchemaValues.Fits(value, SchemaValues.Types(rule, "type")),
            "enum" => rule.EnumerateArray().Any(v => JsonElement.DeepEquals(v, value)),
            "const" => JsonElement.DeepEquals(rule, value),
            "anyOf" => rule.EnumerateArray().Any(Each),
            "oneOf" => rule.EnumerateArray().Count(Each) == 1,
            "allOf" => rule.EnumerateArray().All(Each),
            "$ref" => Each(SchemaReader.Find(root, rule.GetString()!, "$ref").Element),
            _ => value.ValueKind switch
            {
                JsonValueKind.Object => FollowsAsObject(value, schema, keyword, depth),
                JsonValueKind.Array => FollowsAsArray(value, schema, keyword, depth),
                JsonValueKind.String => texts.Follows(value.GetString()!, keyword.Name, rule),
                JsonValueKind.Number => FollowsAsNumber(value, keyword.Name, rule),
                _ => true,
            },
        };
    }

    private bool FollowsAsObject(JsonElement value, JsonElement schema, JsonProperty keyword, int depth)
    {
        switch (keyword.Name)
        {
            case "properties":
                return keyword.Value.EnumerateObject().All(
                    p => !value.TryGetProperty(p.Name, out var member) || Follows(member, p.Value, depth));
            case "required":
                return keyword.Value.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _));
            case "additionalProperties":
                var known = schema.TryGetProperty("properties", out var properties);
                return value.EnumerateObject().All(member => (known && properties.TryGetProperty(member.Name, out _))
                    || Follows(member.Value, keyword.Value, depth));
            default:
                return true;
        }
    }

    private bool FollowsAsArray(JsonElement value, JsonElement schema, JsonProperty keyword, int depth)
    {
        switch (keyword.Name)
        {
            case "prefixItems":
            case "items" when keyword.Value.ValueKind == JsonValueKind.Array:
                return value.EnumerateArray().Zip(keyword.Value.EnumerateArray())
                    .All(pair => Follows(pair.First, pair.Second, depth));
            case "items":
                var before = schema.TryGetProperty("prefixItems", out var prefix) ? prefix.GetArrayLength() : 0;
                return value.EnumerateArray().Skip(before).All(item => Follows(item, keyword.Value, depth));
            case "minItems":
                return value.GetArrayLength() >= SchemaValues.Count(keyword.Value, keyword.Name);
            case "maxItems":
                return value.GetArrayLength() <= SchemaValues.Count(keyword.Value, keyword.Name);
            default:
                return true;
        }
    }

    private static bool FollowsAsNumber(JsonElement value, string keyword, JsonElement rule)
    {
        if (keyword is not ("minimum" or "exclusiveMinimum" or "maximum" or "exclusiveMaximum"))
        {
            return true;
        }

        var bound = SchemaValues.Number(rule, keyword);
        var order = value.TryGetDecimal(out var number)
            ? number.CompareTo(bound) : value.GetDouble().CompareTo((double)bound);
        return keyword switch
        {
            "minimum" => order >= 0,
            "exclusiveMinimum" => order > 0,
            "maximum" => order <= 0,
            _ => order < 0,
        };
    }
}
