using System.Text.Json;

namespace MaaS.Core.Generation.Chat;

/// <summary>Calls of tools as models write them in JSON.</summary>
internal static class ToolCallJson
{
    /// <summary>The calls of a text; null where it is no call or one of them names an unknown tool.</summary>
    public static IReadOnlyList<ChatToolCall>? Read(string text, IReadOnlySet<string>? tools)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            JsonElement[] elements = json.RootElement.ValueKind == JsonValueKind.Array
                ? [.. json.RootElement.EnumerateArray()] : [json.RootElement];
            ChatToolCall?[] calls = [.. elements.Select(Call)];
            return calls.Length > 0 && calls.All(c => c is not null && tools?.Contains(c.Name) != false)
                ? [.. calls.Select(static c => c!)] : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Damaged, or with half of a surrogate pair: text that only looks like a call; the caller hands it on as
            // text.
            return null;
        }
    }

    private static ChatToolCall? Call(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var inner = element.TryGetProperty("function", out var function) && function.ValueKind == JsonValueKind.Object
            ? function : element;
        if (!inner.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String
            || !(inner.TryGetProperty("arguments", out var arguments)
                || inner.TryGetProperty("parameters", out arguments)))
        {
            return null;
        }

        var id = element.TryGetProperty("id", out var given) && given.ValueKind == JsonValueKind.String
            ? given.GetString() : null;
        return arguments.ValueKind switch
        {
            JsonValueKind.Object => new(id, name.GetString()!, arguments.GetRawText()),
            // Arguments as OpenAI writes them: JSON within a string.
            JsonValueKind.String when IsObject(arguments.GetString()!)
                => new(id, name.GetString()!, arguments.GetString()!),
            _ => null,
        };
    }

    private static bool IsObject(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            // Any text may stand there; only an object's is a call's.
            return false;
        }
    }
}
