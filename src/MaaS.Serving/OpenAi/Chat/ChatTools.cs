using System.Text.Json;
using System.Text.RegularExpressions;
using MaaS.Core.Generation.Chat;
using MaaS.Serving.Faults;

namespace MaaS.Serving.OpenAi.Chat;

/// <summary>Which tools a model may or must call.</summary>
/// <param name="Tools">Those that it may call; empty for none.</param>
/// <param name="MustCall">Whether the answer has to be calls.</param>
/// <param name="IsParallel">Whether an answer may call several.</param>
internal sealed partial record ChatTools(IReadOnlyList<ChatTool> Tools, bool MustCall, bool IsParallel)
{
    // As many as OpenAI takes.
    private const int MaxTools = 128;

    /// <summary>Names of the tools whose arguments follow their schemas, always.</summary>
    public IReadOnlySet<string> Strict { get; init; } = new HashSet<string>();

    /// <summary>Reads <c>tools</c>, <c>tool_choice</c> and <c>parallel_tool_calls</c>.</summary>
    /// <exception cref="RequestException">400, with the member at fault.</exception>
    public static ChatTools Read(RequestFields fields)
    {
        var strict = new HashSet<string>(StringComparer.Ordinal);
        var items = fields.Items("tools") ?? [];
        if (items.Count > MaxTools)
        {
            throw RequestFields.Fault("tools", $"expected at most {MaxTools}, got {items.Count}");
        }

        List<ChatTool> tools = [.. items.Select(t => ToolOf(t.Value, t.Path, strict))];
        return Choose(fields, tools) with { Strict = strict };
    }

    private static ChatTools Choose(RequestFields fields, List<ChatTool> tools)
    {
        if (tools.GroupBy(static t => t.Name).FirstOrDefault(static g => g.Count() > 1) is { } twice)
        {
            throw RequestFields.Fault("tools", $"expected each function once, got '{twice.Key}' {twice.Count()} times");
        }

        var isParallel = fields.Flag("parallel_tool_calls") ?? true;
        var choice = fields.Find("tool_choice");
        if (choice is not { } value)
        {
            return new ChatTools(tools, MustCall: false, isParallel);
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return fields.OneOf("tool_choice", "none", "auto", "required") switch
            {
                "none" => new ChatTools([], MustCall: false, isParallel),
                "auto" => new ChatTools(tools, MustCall: false, isParallel),
                _ => tools.Count > 0 ? new ChatTools(tools, MustCall: true, isParallel)
                    : throw RequestFields.Fault("tool_choice", "expected tools beside 'required', got none"),
            };
        }

        var named = new RequestFields(value, "tool_choice");
        named.OneOf("type", "function");
        var function = new RequestFields(named.Need("function", "an object with a name"), "tool_choice.function");
        var name = function.Text("name");
        function.Finish();
        named.Finish();
        return tools.Find(t => t.Name == name) is { } tool
            ? new ChatTools([tool], MustCall: true, IsParallel: false)
            : throw RequestFields.Fault(
                "tool_choice.function.name",
                $"expected one of the tools [{string.Join(", ", tools.Select(static t => t.Name))}], got '{name}'");
    }

    private static ChatTool ToolOf(JsonElement value, string path, HashSet<string> strict)
    {
        var tool = new RequestFields(value, path);
        tool.OneOf("type", "function");
        var function = new RequestFields(tool.Need("function", "an object"), $"{path}.function");
        tool.Finish();
        var name = function.Text("name") ?? "";
        if (!Name().IsMatch(name))
        {
            throw RequestFields.Fault(
                $"{path}.function.name", $"expected 1 to 64 letters, digits, '_' and '-', got '{name}'");
        }

        var parameters = function.Find("parameters");
        if (parameters is { ValueKind: not JsonValueKind.Object } other)
        {
            throw RequestFields.Fault(
                $"{path}.function.parameters", $"expected a JSON schema, got {RequestFields.Kind(other)}");
        }

        if (function.Flag("strict") == true)
        {
            strict.Add(name);
        }

        var description = function.Text("description");
        function.Finish();
        return new ChatTool(name, description, parameters?.Clone());
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,64}\z")]
    private static partial Regex Name();
}
