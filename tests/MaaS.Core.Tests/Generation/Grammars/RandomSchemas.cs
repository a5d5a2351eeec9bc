using System.Text.Json.Nodes;

namespace MaaS.Core.Tests.Generation.Grammars;

/// <summary>Random schemas of everything that is covered, each of which something satisfies.</summary>
internal sealed class RandomSchemas(int seed)
{
    private static readonly string[] Names = ["a", "b", "name", "na", "é", "q\"uote", "id", "value", "type", "日本",
        "x y", ""];

    private static readonly string[] Patterns =
    [
        "^[a-z]{2,4}$", "^\\d+(\\.\\d{1,2})?$", "ab", "^(?:foo|ba[rz])*$", "^[^a\"]{1,3}$", "^\\w+@\\w+\\.com$", "x$",
        "^.{3}", "^[é-ü]?\\\\n$",
        "^a|b$", "^\\s[A-F0-9]{4}-\\x41$",
    ];

    private readonly Random _random = new(seed);
    private bool _recursive;

    public JsonObject Next()
    {
        _recursive = false;
        var schema = Schema(3);
        if (_recursive)
        {
            schema["$defs"] = new JsonObject
            {
                ["node"] = new JsonObject
                {
                    ["type"] = "object",
                    ["properties"] = new JsonObject
                    {
                        ["next"] = new JsonObject { ["$ref"] = "#/$defs/node" },
                        ["all"] = new JsonObject
                        {
                            ["type"] = "array",
                            ["items"] = new JsonObject { ["$ref"] = "#/$defs/node" },
                            ["maxItems"] = 2,
                        },
                        ["v"] = new JsonObject { ["type"] = "integer" },
                    },
                    ["required"] = new JsonArray("v"),
                },
            };
        }

        return schema;
    }

    private JsonObject Schema(int depth) => _random.Next(depth > 0 ? 14 : 8) switch
    {
        0 => new() { ["type"] = Pick("null", "boolean", "string", "number", "integer") },
        1 => Text(),
        2 => Integer(),
        3 => Number(),
        4 => new() { ["enum"] = new JsonArray([.. Values().Take(_random.Next(1, 4))]) },
        5 => new() { ["const"] = Values().First() },
        6 => new()
        {
            ["type"] = new JsonArray("null", Pick("string", "integer", "boolean")),
            ["description"] = "one of two",
        },
        7 => _random.Next(3) == 0 ? Recursive() : Text(),
        8 or 9 or 10 => Object(depth),
        11 => Array(depth),
        12 => new() { ["anyOf"] = new JsonArray(Schema(depth - 1), Schema(depth - 1)) },
        _ => _random.Next(3) switch
        {
            0 => new()
            {
                ["oneOf"] = new JsonArray(
                    new JsonObject { ["type"] = "string", ["maxLength"] = 4 }, new JsonObject { ["type"] = "integer" },
                    new JsonObject { ["type"] = "array", ["items"] = Schema(0), ["maxItems"] = 2 }),
            },
            1 => Tagged(),
            _ => new()
            {
                ["allOf"] = new JsonArray(
                    new JsonObject
                    {
                        ["type"] = "object",
                        ["properties"] = new JsonObject { ["a"] = Schema(depth - 1) },
                        ["required"] = new JsonArray("a"),
                    },
                    new JsonObject
                    {
                        ["properties"] = new JsonObject { ["a"] = new JsonObject(), ["b"] = Schema(depth - 1) },
                    }),
            },
        },
    };

    private static JsonObject Tagged() => new()
    {
        ["oneOf"] = new JsonArray(
            JsonNode.Parse(
                """
                {"type": "object", "properties": {"kind": {"const": "x"}, "n": {"type": "integer"}},
                 "required": ["kind", "n"]}
                """),
            JsonNode.Parse(
                """
                {"type": "object", "properties": {"kind": {"enum": ["y", "z"]}}, "required": ["kind"],
                 "additionalProperties": false}
                """)),
    };

    private JsonObject Recursive()
    {
        _recursive = true;
        return new() { ["$ref"] = "#/$defs/node" };
    }

    private JsonObject Text()
    {
        var schema = new JsonObject { ["type"] = "string" };
        switch (_random.Next(4))
        {
            case 0:
                schema["pattern"] = Pick(Patterns);
                // Where anything may stand around the match, random logits would never come to an end.
                schema["maxLength"] = 14;
                break;
            case 1:
                schema["format"] = Pick("date", "uuid", "date-time", "email", "ipv4");
                break;
            case 2:
                var least = _random.Next(4);
                (schema["minLength"], schema["maxLength"]) = (least, least + _random.Next(5));
                break;
            default:
                schema["maxLength"] = _random.Next(1, 12);
                break;
        }

        return schema;
    }

    private JsonObject Integer()
    {
        var low = _random.Next(-2000, 2000);
        var schema = new JsonObject { ["type"] = "integer" };
        if (_random.Next(3) > 0)
        {
            schema[Pick("minimum", "exclusiveMinimum")] = low;
        }

        if (_random.Next(3) > 0)
        {
            schema[Pick("maximum", "exclusiveMaximum")] = low + 2 + _random.Next(_random.Next(3) == 0 ? 2 : 5000);
        }

        return schema;
    }

    private JsonObject Number()
    {
        var schema = Integer();
        schema["type"] = "number";
        return schema;
    }

    private JsonObject Object(int depth)
    {
        var properties = new JsonObject();
        foreach (var name in Names.OrderBy(_ => _random.Next()).Take(_random.Next(5)))
        {
            properties[name] = Schema(depth - 1);
        }

        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        schema["required"] = new JsonArray(
            [.. properties.Where(_ => _random.Next(2) == 0).Select(static p => (JsonNode)p.Key)]);
        if (_random.Next(2) == 0)
        {
            schema["additionalProperties"] = _random.Next(3) switch { 0 => false, 1 => true, _ => Schema(0) };
        }

        return schema;
    }

    private JsonObject Array(int depth)
    {
        var schema = new JsonObject { ["type"] = "array" };
        var prefix = _random.Next(3) == 0 ? _random.Next(1, 3) : 0;
        if (prefix > 0)
        {
            schema["prefixItems"] = new JsonArray(
                [.. Enumerable.Range(0, prefix).Select(_ => (JsonNode)Schema(depth - 1))]);
        }

        schema["items"] = prefix > 0 && _random.Next(2) == 0 ? false : Schema(depth - 1);
        var least = _random.Next(prefix > 0 ? 2 : 4);
        schema["minItems"] = least;
        schema["maxItems"] = Math.Max(least, prefix) + _random.Next(3);
        return schema;
    }

    private IEnumerable<JsonNode?> Values()
    {
        JsonNode?[] all =
        [
            null, true, 0, -1.5, 1e3, "", "text", "\"quoted\" \\ \n\u0001é😀", new JsonArray(1, "a"),
            new JsonObject { ["k"] = new JsonArray() },
        ];
        return all.OrderBy(_ => _random.Next()).ToArray();
    }

    private string Pick(params string[] of) => of[_random.Next(of.Length)];
}
