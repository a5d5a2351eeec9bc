using System.Text.Json;

namespace MaaS.Core.Generation.Grammars.Schemas;

/// <summary>Reads JSON schemas of one document, each place once, and refuses keywords that are not covered.</summary>
/// <param name="root">The document: what references begin from.</param>
/// <param name="merge">Joins what must hold together.</param>
/// <param name="budget">For reading.</param>
internal sealed class SchemaReader(JsonElement root, SchemaMerge merge, CompileBudget budget)
{
    // Places are said of every fault and kept with every schema.
    private const int MaxPlace = 10_000;

    // Say nothing about values.
    private static readonly HashSet<string> Annotations =
    [
        "$schema", "$id", "$comment", "$defs", "definitions", "title", "description", "default", "examples", "example",
        "deprecated", "readOnly", "writeOnly",
    ];

    private readonly Dictionary<string, SchemaNode> _nodes = new(StringComparer.Ordinal);

    public SchemaNode Root() => Read(root, "#");

    /// <summary>The schema of a place.</summary>
    private SchemaNode Read(JsonElement element, string place)
    {
        if (_nodes.TryGetValue(place, out var known))
        {
            return known;
        }

        budget.Descend(place);
        budget.Spend(place, place.Length / 4);
        if (place.Length > MaxPlace)
        {
            throw new SchemaFault(
                $"{place[..100]}…", $"places of more than {MaxPlace:N0} characters are not supported; shorten names");
        }

        var node = new SchemaNode(place);
        _nodes.Add(place, node);
        if (element.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            node.IsNever = element.ValueKind == JsonValueKind.False;
            return node;
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new SchemaFault(place, $"expected a schema (an object, true or false), got {element.ValueKind}");
        }

        node.IsReading = true;
        List<SchemaNode> others = [];
        foreach (var keyword in element.EnumerateObject())
        {
            ReadKeyword(node, keyword.Name, keyword.Value, others);
        }

        CheckValues(node);
        foreach (var other in others)
        {
            merge.Into(node, other, alone: others.Count == 1);
        }

        node.IsReading = false;

        return node;
    }

    private void ReadKeyword(SchemaNode node, string name, JsonElement value, List<SchemaNode> others)
    {
        var place = $"{node.Place}/{Escaped(name)}";
        switch (name)
        {
            case "type":
                node.Types = SchemaValues.Types(value, place);
                break;
            case "enum":
                node.Values = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()]
                    : throw new SchemaFault(place, "expected a list of values");
                break;
            case "const":
                node.Values = [value];
                break;
            case "properties":
                // Of two of one name the last one counts.
                foreach (var property in SchemaValues.Members(value, place).GroupBy(static p => p.Name)
                    .Select(static g => g.Last()))
                {
                    node.Properties.Add(
                        (property.Name, Read(property.Value, $"{place}/{Escaped(property.Name)}")));
                }

                break;
            case "required":
                node.Required = SchemaValues.Names(value, place);
                break;
            case "additionalProperties":
                node.Additional = Read(value, place);
                break;
            case "items" when value.ValueKind != JsonValueKind.Array:
                node.Items = Read(value, place);
                break;
            case "prefixItems" or "items":
                node.Prefix = [.. ReadAll(value, place)];
                break;
            case "minItems":
                node.MinItems = SchemaValues.Count(value, place);
                break;
            case "maxItems":
                node.MaxItems = SchemaValues.Count(value, place);
                break;
            case "minLength":
                node.MinLength = SchemaValues.Count(value, place);
                break;
            case "maxLength":
                node.MaxLength = SchemaValues.Count(value, place);
                break;
            case "pattern":
                node.Pattern = SchemaValues.Text(value, place);
                break;
            case "format":
                node.Format = SchemaValues.Text(value, place);
                break;
            case "minimum" or "exclusiveMinimum":
                node.Minimum = SchemaMerge.Tighter(
                    node.Minimum, new(SchemaValues.Number(value, place), name == "exclusiveMinimum"), lower: true);
                break;
            case "maximum" or "exclusiveMaximum":
                node.Maximum = SchemaMerge.Tighter(
                    node.Maximum, new(SchemaValues.Number(value, place), name == "exclusiveMaximum"), lower: false);
                break;
            case "anyOf" or "oneOf" when node.Options is null:
                (node.Options, node.OnlyOne) = ([.. ReadAll(value, place)], name == "oneOf");
                break;
            case "allOf":
                others.AddRange(ReadAll(value, place));
                break;
            case "$ref":
                others.Add(Resolve(SchemaValues.Text(value, place), place));
                break;
            case "uniqueItems" when value.ValueKind == JsonValueKind.False:
            case "minProperties" when value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var n) && n == 0:
                break;
            default:
                if (!Annotations.Contains(name))
                {
                    throw new SchemaFault(
                        place, name is "anyOf" or "oneOf" ? "anyOf beside oneOf is not supported"
                            : $"the keyword '{name}' is not supported (it has the value {Short(value)})");
                }

                break;
        }
    }

    private IEnumerable<SchemaNode> ReadAll(JsonElement list, string place)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            throw new SchemaFault(place, "expected a list of at least one schema");
        }

        return list.EnumerateArray().Select((schema, i) => Read(schema, $"{place}/{i}")).ToArray();
    }

    /// <summary>What a reference means.</summary>
    /// <param name="root">The document.</param>
    /// <param name="reference">A JSON pointer within it.</param>
    /// <param name="place">Where the reference stands, for errors.</param>
    public static (JsonElement Element, string Pointer) Find(JsonElement root, string reference, string place)
    {
        if (reference is not ("#" or ['#', '/', ..]))
        {
            throw new SchemaFault(place, $"'{reference}' is not supported; refer to the schema itself by '#/…'");
        }

        var (element, pointer) = (root, "#");
        foreach (var part in reference.Split('/').Skip(1))
        {
            var name = Uri.UnescapeDataString(part)
                .Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            var found = element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member)
                ? member : element.ValueKind == JsonValueKind.Array && int.TryParse(name, out var at) && at >= 0
                    && at < element.GetArrayLength() ? element[at]
                : throw new SchemaFault(place, $"'{reference}' is not in the schema");
            (element, pointer) = (found, $"{pointer}/{Escaped(name)}");
        }

        return (element, pointer);
    }

    private SchemaNode Resolve(string reference, string place)
    {
        var (element, pointer) = Find(root, reference, place);
        return Read(element, pointer);
    }

    // Values that the schema's own types exclude are none.
    private static void CheckValues(SchemaNode node)
    {
        if (node.Values is null)
        {
            return;
        }

        if (node.HasKeywords)
        {
            throw new SchemaFault(node.Place, "enum or const beside anything but type is not supported");
        }

        if (node.Types is { } types)
        {
            node.Values = [.. node.Values.Where(v => SchemaValues.Fits(v, types))];
        }
    }

    private static string Short(JsonElement value)
        => value.GetRawText() is { Length: > 40 } text ? text[..40] + "…" : value.GetRawText();

    private static string Escaped(string name)
        => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
