using System.Text.Json;

namespace MaaS.Core.Generation.Grammars.Schemas;

/// <summary>The values of a schema's keywords, checked.</summary>
internal static class SchemaValues
{
    // More would make a grammar of no use; longer texts and lists are then not written, and shorter ones hold as well.
    public const int MaxCount = 20_000;

    public static JsonTypes Types(JsonElement value, string place) => value.ValueKind == JsonValueKind.Array
        ? value.EnumerateArray().Aggregate(JsonTypes.None, (types, t) => types | Type(t, place))
        : Type(value, place);

    public static IEnumerable<JsonProperty> Members(JsonElement value, string place)
        => value.ValueKind == JsonValueKind.Object ? value.EnumerateObject()
            : throw new SchemaFault(place, $"expected an object of schemas, got {value.ValueKind}");

    public static HashSet<string> Names(JsonElement value, string place)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw new SchemaFault(place, $"expected a list of names, got {value.ValueKind}");
        }

        return [.. value.EnumerateArray().Select(v => Text(v, place))];
    }

    public static string Text(JsonElement value, string place) => value.ValueKind == JsonValueKind.String
        ? value.GetString()! : throw new SchemaFault(place, $"expected a string, got {value.ValueKind}");

    public static int Count(JsonElement value, string place) => value.ValueKind == JsonValueKind.Number
        && value.TryGetDecimal(out var number) && number >= 0 && number == decimal.Truncate(number)
        ? (int)Math.Min(number, int.MaxValue)
        : throw new SchemaFault(place, $"expected a whole number from 0, got {value}");

    public static decimal Number(JsonElement value, string place) => value.ValueKind == JsonValueKind.Number
        && value.TryGetDecimal(out var number) ? number
        : throw new SchemaFault(place, $"expected a number, got {value}");

    public static JsonTypes TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => JsonTypes.Null,
        JsonValueKind.True or JsonValueKind.False => JsonTypes.Boolean,
        JsonValueKind.String => JsonTypes.String,
        JsonValueKind.Array => JsonTypes.Array,
        JsonValueKind.Object => JsonTypes.Object,
        _ => value.TryGetDecimal(out var number) && number == decimal.Truncate(number)
            ? JsonTypes.Integer | JsonTypes.Number : JsonTypes.Number,
    };

    public static bool Fits(JsonElement value, JsonTypes types) => (TypeOf(value) & types) != 0;

    /// <summary>Whether a value is one of several.</summary>
    public static bool Contain(
        IReadOnlyList<JsonElement> values, JsonElement value, CompileBudget budget, string place)
    {
        // Each comparison goes at most through all of the value.
        budget.Spend(place, values.Count * (4L + (value.GetRawText().Length / 16)));
        return values.Any(v => JsonElement.DeepEquals(v, value));
    }

    private static JsonTypes Type(JsonElement value, string place)
        => value.ValueKind == JsonValueKind.String && value.GetString() is { } name ? name switch
        {
            "null" => JsonTypes.Null,
            "boolean" => JsonTypes.Boolean,
            "integer" => JsonTypes.Integer,
            "number" => JsonTypes.Number,
            "string" => JsonTypes.String,
            "array" => JsonTypes.Array,
            "object" => JsonTypes.Object,
            _ => throw new SchemaFault(place, $"expected a type of JSON, got '{name}'"),
        }
        : throw new SchemaFault(place, $"expected a type's name, got {value.ValueKind}");
}
