using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace MaaS.Client.Ai;

/// <summary>Bodies of <c>/v1/chat/completions</c>.</summary>
internal static class ChatBody
{
    /// <summary>A conversation and its options as the server reads them.</summary>
    /// <exception cref="NotSupportedException">A message or option has what the server does not read.</exception>
    public static JsonObject Of(string model, IEnumerable<ChatMessage> messages, ChatOptions? options, bool isStream)
    {
        var body = new JsonObject { ["model"] = options?.ModelId ?? model };
        var list = new JsonArray();
        if (options?.Instructions is { Length: > 0 } instructions)
        {
            list.Add(new JsonObject { ["role"] = "system", ["content"] = instructions });
        }

        foreach (var message in messages)
        {
            Add(list, message);
        }

        body["messages"] = list;
        if (isStream)
        {
            body["stream"] = true;
            body["stream_options"] = new JsonObject { ["include_usage"] = true };
        }

        if (options is not null)
        {
            AddOptions(body, options);
        }

        return body;
    }

    private static void Add(JsonArray list, ChatMessage message)
    {
        var results = message.Contents.OfType<FunctionResultContent>().ToList();
        foreach (var result in results)
        {
            list.Add(new JsonObject
            {
                ["role"] = "tool",
                ["tool_call_id"] = result.CallId,
                ["content"] = result.Result as string
                    ?? JsonSerializer.Serialize(result.Result, AIJsonUtilities.DefaultOptions),
            });
        }

        if (results.Count > 0 && results.Count == message.Contents.Count)
        {
            return;
        }

        if (message.Contents.FirstOrDefault(
            static c => c is not (TextContent or TextReasoningContent or FunctionCallContent or FunctionResultContent
                or UsageContent)) is { } other)
        {
            throw new NotSupportedException(
                $"chat: expected texts, calls and their results, got {other.GetType().Name}; the server reads texts "
                    + $"alone.");
        }

        var calls = message.Contents.OfType<FunctionCallContent>().ToList();
        var json = new JsonObject
        {
            ["role"] = message.Role.Value,
            ["content"] = calls.Count > 0 && message.Text.Length == 0 ? null : message.Text,
        };
        if (message.AuthorName is { Length: > 0 } name)
        {
            json["name"] = name;
        }

        if (calls.Count > 0)
        {
            json["tool_calls"] = new JsonArray([.. calls.Select(static call => new JsonObject
            {
                ["id"] = call.CallId,
                ["type"] = "function",
                ["function"] = new JsonObject
                {
                    ["name"] = call.Name,
                    ["arguments"] = JsonSerializer.Serialize(
                        call.Arguments ?? new Dictionary<string, object?>(), AIJsonUtilities.DefaultOptions),
                },
            })]);
        }

        list.Add(json);
    }

    private static void AddOptions(JsonObject body, ChatOptions options)
    {
        Refuse(options);
        void Set(string name, JsonNode? value)
        {
            if (value is not null)
            {
                body[name] = value;
            }
        }

        Set("temperature", options.Temperature);
        Set("top_p", options.TopP);
        Set("top_k", options.TopK);
        Set("max_completion_tokens", options.MaxOutputTokens);
        Set("frequency_penalty", options.FrequencyPenalty);
        Set("presence_penalty", options.PresencePenalty);
        Set("seed", options.Seed);
        Set("stop", options.StopSequences is { Count: > 0 } stops
            ? new JsonArray([.. stops.Select(static s => (JsonNode)s)]) : null);
        Set("response_format", FormatOf(options.ResponseFormat));
        var hasTools = options.Tools is { Count: > 0 };
        if (hasTools)
        {
            Set("tools", new JsonArray([.. options.Tools!.Select(ToolOf)]));
            Set("parallel_tool_calls", options.AllowMultipleToolCalls);
        }

        // A call that must come of no tools is the server's to refuse.
        if (hasTools || options.ToolMode is RequiredChatToolMode)
        {
            Set("tool_choice", options.ToolMode switch
            {
                NoneChatToolMode => "none",
                AutoChatToolMode => "auto",
                RequiredChatToolMode { RequiredFunctionName: { } name } => new JsonObject
                {
                    ["type"] = "function",
                    ["function"] = new JsonObject { ["name"] = name },
                },
                RequiredChatToolMode => "required",
                _ => null,
            });
        }

        // What the server knows besides, as min_p or logit_bias; what it does not know it refuses.
        foreach (var (name, value) in options.AdditionalProperties ?? [])
        {
            body[name] = JsonSerializer.SerializeToNode(value, AIJsonUtilities.DefaultOptions);
        }
    }

    private static void Refuse(ChatOptions options)
    {
        const string KeepsNothing = "as the server keeps no conversations; send all messages";
        (string Name, bool IsThere, string Why)[] others =
        [
            (nameof(options.ConversationId), options.ConversationId is not null, KeepsNothing),
#pragma warning disable MEAI001 // Options that are not settled yet: they are refused by name all the same.
            (nameof(options.ContinuationToken), options.ContinuationToken is not null, KeepsNothing),
            (nameof(options.AllowBackgroundResponses), options.AllowBackgroundResponses == true,
                "as answers end with their request; leave it out"),
#pragma warning restore MEAI001
            (nameof(options.Reasoning), options.Reasoning is not null,
                "as chat templates decide on it; set their variables as "
                    + "AdditionalProperties[\"chat_template_kwargs\"]"),
            (nameof(options.RawRepresentationFactory), options.RawRepresentationFactory is not null,
                "as there is no other form of options below; use AdditionalProperties"),
        ];
        foreach (var (name, isThere, why) in others)
        {
            if (isThere)
            {
                throw new NotSupportedException($"chat: expected no {name}, {why}.");
            }
        }
    }

    private static JsonObject? FormatOf(ChatResponseFormat? format) => format switch
    {
        null => null,
        ChatResponseFormatJson { Schema: { } schema } json => new JsonObject
        {
            ["type"] = "json_schema",
            ["json_schema"] = new JsonObject
            {
                ["name"] = json.SchemaName ?? "answer",
                ["description"] = json.SchemaDescription,
                ["strict"] = true,
                ["schema"] = JsonNode.Parse(schema.GetRawText()),
            },
        },
        ChatResponseFormatJson => new JsonObject { ["type"] = "json_object" },
        _ => new JsonObject { ["type"] = "text" },
    };

    private static JsonObject ToolOf(AITool tool)
        => tool is not AIFunctionDeclaration function
            ? throw new NotSupportedException($"chat: expected functions as tools, got {tool.GetType().Name}.")
            : new JsonObject { ["type"] = "function", ["function"] = FunctionOf(function) };

    private static JsonObject FunctionOf(AIFunctionDeclaration function)
    {
        var json = new JsonObject
        {
            ["name"] = function.Name,
            ["description"] = function.Description,
            ["parameters"] = JsonNode.Parse(function.JsonSchema.GetRawText()),
        };
        if (function.AdditionalProperties.TryGetValue("strict", out var strict) && strict is bool isStrict)
        {
            json["strict"] = isStrict;
        }

        return json;
    }
}
