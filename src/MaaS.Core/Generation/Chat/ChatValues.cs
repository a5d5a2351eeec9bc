using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using MaaS.Core.Generation.Chat.Jinja;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Generation.Chat;

/// <summary>Conversations as the values that templates see.</summary>
internal static class ChatValues
{
    /// <summary>A message as transformers gives it: arguments of calls are objects, and what is not there has no
    /// key.</summary>
    public static object? OfMessage(ChatMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var value = new DictValue { ["role"] = message.Role, ["content"] = message.Content };
        if (message.ToolCalls is { Count: > 0 } calls)
        {
            value["tool_calls"] = calls.Select(OfCall).ToList();
        }

        if (message.ToolCallId is { } id)
        {
            value["tool_call_id"] = id;
        }

        if (message.Name is { } name)
        {
            value["name"] = name;
        }

        return value;
    }

    /// <summary>A tool in the form of OpenAI's API, which templates print.</summary>
    public static object? OfTool(ChatTool tool)
    {
        ArgumentNullException.ThrowIfNull(tool);
        var function = new DictValue { ["name"] = tool.Name };
        if (tool.Description is { } description)
        {
            function["description"] = description;
        }

        function["parameters"] = tool.Parameters is { } parameters ? OfJson(parameters)
            : new DictValue { ["type"] = "object", ["properties"] = new DictValue() };
        return new DictValue { ["type"] = "function", ["function"] = function };
    }

    public static object? Of(object? value, string place) => value switch
    {
        null or bool or string or long or double => value,
        sbyte or byte or short or ushort or int or uint => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        float real => (double)real,
        JsonElement json => OfJson(json),
        IReadOnlyDictionary<string, object?> dict
            => OfMembers(dict.Select(d => (d.Key, Of(d.Value, $"{place}.{d.Key}")))),
        IEnumerable list => list.Cast<object?>().Select((item, i) => Of(item, $"{place}[{i}]")).ToList(),
        _ => throw new ArgumentException(
            $"chat template: expected a text, number, truth value, list or dictionary for '{place}', got a "
                + $"{value.GetType().Name}.", place),
    };

    private static object? OfCall(ChatToolCall call)
    {
        object? arguments;
        try
        {
            // Clients send back what they were given for a call without arguments, which may be nothing.
            using var json = JsonDocument.Parse(string.IsNullOrWhiteSpace(call.Arguments) ? "{}" : call.Arguments);
            arguments = OfJson(json.RootElement);
        }
        catch (JsonException e)
        {
            throw new ModelInputException(
                $"chat: expected JSON as the arguments of the call of '{call.Name}': {e.Message}", e);
        }

        var value = new DictValue();
        if (call.Id is { } id)
        {
            value["id"] = id;
        }

        value["type"] = "function";
        value["function"] = new DictValue { ["name"] = call.Name, ["arguments"] = arguments };
        return value;
    }

    private static object? OfJson(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => OfMembers(
            json.EnumerateObject().Select(static m => (Unicode(() => m.Name), OfJson(m.Value)))),
        JsonValueKind.Array => json.EnumerateArray().Select(OfJson).ToList(),
        JsonValueKind.String => Unicode(() => json.GetString()!),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => OfNumber(json),
        _ => null,
    };

    private static string Unicode(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException e)
        {
            throw new ModelInputException(
                $"chat: expected Unicode in JSON, got half of a surrogate pair: {e.Message}", e);
        }
    }

    private static object OfNumber(JsonElement json)
    {
        if (json.TryGetInt64(out var whole))
        {
            return whole;
        }

        // As Python: digits alone are a whole number of any size, all else is a real one.
        var text = json.GetRawText();
        return text.AsSpan().IndexOfAnyExceptInRange('0', '9') < (text[0] == '-' ? 1 : 0)
            && BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var big)
            ? big : json.GetDouble();
    }

    private static DictValue OfMembers(IEnumerable<(string Key, object? Value)> members)
    {
        var dict = new DictValue();
        foreach (var (key, value) in members)
        {
            dict[key] = value;
        }

        return dict;
    }
}
