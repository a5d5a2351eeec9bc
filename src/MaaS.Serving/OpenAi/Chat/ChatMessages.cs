using System.Text.Json;
using MaaS.Core.Generation.Chat;
using MaaS.Serving.Faults;

namespace MaaS.Serving.OpenAi.Chat;

/// <summary>Reads the messages of a chat.</summary>
internal static class ChatMessages
{
    /// <summary>Reads the member <c>messages</c>.</summary>
    /// <exception cref="RequestException">400: a message is not as it has to be; the member at fault is
    /// named.</exception>
    public static IReadOnlyList<ChatMessage> Read(RequestFields fields)
    {
        var items = fields.Items("messages") ?? [];
        if (items.Count == 0)
        {
            throw RequestFields.Fault("messages", "expected at least one message, got none");
        }

        // A tool's message answers a call of the assistant's last message before it.
        var open = new HashSet<string>(StringComparer.Ordinal);
        List<ChatMessage> messages = [];
        foreach (var (value, path) in items)
        {
            var message = ReadMessage(new RequestFields(value, path), path);
            if (message.Role == "tool")
            {
                if (!open.Remove(message.ToolCallId!))
                {
                    throw RequestFields.Fault(
                        $"{path}.tool_call_id",
                        $"expected the id of a call that the assistant's message before it makes, got "
                            + $"'{message.ToolCallId}'");
                }
            }
            else
            {
                open = [.. (message.ToolCalls ?? []).Select(static c => c.Id!)];
            }

            messages.Add(message);
        }

        return messages;
    }

    private static ChatMessage ReadMessage(RequestFields fields, string path)
    {
        var role = fields.Text("role") ?? throw RequestFields.Fault($"{path}.role", "expected a role, got none");
        if (role is not ("system" or "developer" or "user" or "assistant" or "tool"))
        {
            throw RequestFields.Fault(
                $"{path}.role", $"expected system, developer, user, assistant or tool, got '{role}'");
        }

        var calls = role == "assistant" ? CallsOf(fields, path) : null;
        var content = ContentOf(fields);
        if (content is null && calls is null)
        {
            throw RequestFields.Fault($"{path}.content", "expected a text, got none");
        }

        var id = role == "tool"
            ? fields.Text("tool_call_id")
                ?? throw RequestFields.Fault($"{path}.tool_call_id", "expected the id of a call, got none")
            : null;
        var name = fields.Text("name");
        fields.Refuse("use tool_calls", "function_call");
        fields.Refuse("texts alone are read", "audio", "refusal");
        if (role == "assistant")
        {
            fields.Find("parsed"); // OpenAI's own client adds it to an answer.
        }

        fields.Finish();

        // The newer name of the system's role; templates know the older one.
        return new ChatMessage(role == "developer" ? "system" : role, content, calls, id, name);
    }

    private static string? ContentOf(RequestFields fields)
    {
        if (fields.Find("content") is not { ValueKind: JsonValueKind.Array })
        {
            return fields.Text("content");
        }

        return string.Concat(fields.Items("content")!.Select(static item =>
        {
            var part = new RequestFields(item.Value, item.Path);
            var type = part.Text("type");
            if (type != "text")
            {
                throw RequestFields.Fault(
                    $"{item.Path}.type", $"expected 'text', as this server reads texts alone, got '{type}'",
                    "unsupported_parameter");
            }

            var text = RequestFields.TextOf(part.Need("text", "a text"), $"{item.Path}.text");
            part.Finish();
            return text;
        }));
    }

    private static List<ChatToolCall>? CallsOf(RequestFields fields, string path)
    {
        if (fields.Items("tool_calls") is not { Count: > 0 } items)
        {
            return null;
        }

        List<ChatToolCall> calls = [];
        foreach (var (value, at) in items)
        {
            var call = new RequestFields(value, at);
            var id = call.Text("id") ?? throw RequestFields.Fault($"{at}.id", "expected a text, got none");
            call.OneOf("type", "function");
            var function = new RequestFields(call.Need("function", "an object"), $"{at}.function");
            var name = function.Text("name")
                ?? throw RequestFields.Fault($"{at}.function.name", "expected a text, got none");
            var arguments = function.Text("arguments") ?? "{}";

            // What OpenAI's own client adds to an answer that it gives to its caller, who sends it back.
            function.Find("parsed_arguments");
            call.Find("index");
            function.Finish();
            call.Finish();
            if (calls.Any(c => c.Id == id))
            {
                throw RequestFields.Fault($"{at}.id", $"expected an id that no other call of {path} has, got '{id}'");
            }

            calls.Add(new ChatToolCall(id, name, arguments));
        }

        return calls;
    }
}
