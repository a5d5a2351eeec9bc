using System.Text.Json;
using MaaS.Core.Generation.Chat;

namespace MaaS.Core.Generation.Grammars.Schemas;

/// <summary>The schema of a call of one of several tools.</summary>
internal static class ToolCallSchema
{
    public static SchemaNode Of(IReadOnlyList<ChatTool> tools, SchemaMerge merge, CompileBudget budget)
    {
        if (tools.Count == 0 || tools.Select(static t => t.Name).Distinct(StringComparer.Ordinal).Count() < tools.Count)
        {
            throw new SchemaFault(
                "expected at least one tool, each with a name of its own, got "
                + $"[{string.Join(", ", tools.Select(static t => t.Name))}]");
        }

        return new("tools") { Options = [.. tools.Select(t => Of(t, merge, budget))] };
    }

    private static SchemaNode Of(ChatTool tool, SchemaMerge merge, CompileBudget budget)
    {
        SchemaNode arguments;
        try
        {
            arguments = tool.Parameters is { } parameters
                ? Objects(new SchemaReader(parameters, merge, budget).Root(), merge)
                : new("arguments") { Types = JsonTypes.Object, Additional = new("arguments") { IsNever = true } };
        }
        catch (SchemaFault e)
        {
            throw new SchemaFault($"tool '{tool.Name}'", e.Message);
        }

        return new($"tool '{tool.Name}'")
        {
            Types = JsonTypes.Object,
            Properties =
            [
                ("name", new($"tool '{tool.Name}'") { Values = [JsonSerializer.SerializeToElement(tool.Name)] }),
                ("arguments", arguments),
            ],
            Required = ["name", "arguments"],
        };
    }

    // Arguments are objects: parameters that let other values be are held to them.
    private static SchemaNode Objects(SchemaNode parameters, SchemaMerge merge)
    {
        var (read, objects) = (parameters.Resolved, new SchemaNode("arguments") { Types = JsonTypes.Object });
        var both = read is { Types: JsonTypes.Object, Options: null, Values: null } ? read
            : merge.Both(read, objects, "#");
        return !both.IsNever && both.Values is not [] ? both
            : throw new SchemaFault("#", "expected parameters that let arguments be an object; these let none be");
    }
}
