using System.Text.Json;
using MaaS.Core.Generation.Chat;

namespace MaaS.Core.Generation.Grammars.Schemas;

/// <summary>The schema of a call of one of several tools.</summary>
internal static class ToolCallSchema
{
    public static SchemaNode Of(IReadOnlyList<ChatTool> tools)
    {
        if (tools.Count == 0 || tools.Select(static t => t.Name).Distinct(StringComparer.Ordinal).Count() < tools.Count)
        {
            throw new SchemaFault(
                "expected at least one tool, each with a name of its own, got "
                + $"[{string.Join(", ", tools.Select(static t => t.Name))}]");
        }

        return new("tools") { Options = [.. tools.Select(Of)] };
    }

    private static SchemaNode Of(ChatTool tool)
    {
        SchemaNode arguments;
        try
        {
            arguments = tool.Parameters is { } parameters ? new SchemaReader(parameters.Clone()).Root()
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
}
