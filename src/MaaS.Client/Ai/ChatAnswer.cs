using System.Text.Json;
using Microsoft.Extensions.AI;

namespace MaaS.Client.Ai;

/// <summary>Answers of <c>/v1/chat/completions</c>, whole or in pieces.</summary>
internal static class ChatAnswer
{
    /// <summary>A whole answer; of several choices each is a message.</summary>
    public static ChatResponse Read(JsonElement answer)
    {
        var choices = answer.GetProperty("choices").EnumerateArray().ToList();
        return new ChatResponse([.. choices.Select(static c => MessageOf(c.GetProperty("message")))])
        {
            ResponseId = answer.GetProperty("id").GetString(),
            ModelId = answer.GetProperty("model").GetString(),
            CreatedAt = DateTimeOffset.FromUnixTimeSeconds(answer.GetProperty("created").GetInt64()),
            FinishReason = FinishOf(choices[0]),
            Usage = UsageOf(answer),
            RawRepresentation = answer,
        };
    }

    /// <summary>What a piece of an answer says, calls apart.</summary>
    public static ChatResponseUpdate ReadPiece(JsonElement piece, JsonElement? choice)
    {
        var update = new ChatResponseUpdate
        {
            Role = ChatRole.Assistant,
            ResponseId = piece.GetProperty("id").GetString(),
            MessageId = piece.GetProperty("id").GetString(),
            ModelId = piece.GetProperty("model").GetString(),
            CreatedAt = DateTimeOffset.FromUnixTimeSeconds(piece.GetProperty("created").GetInt64()),
            FinishReason = choice is { } c ? FinishOf(c) : null,
            RawRepresentation = piece,
        };
        if (choice?.GetProperty("delta").TryGetProperty("content", out var content) == true
            && content.GetString() is { Length: > 0 } text)
        {
            update.Contents.Add(new TextContent(text));
        }

        if (UsageOf(piece) is { } usage)
        {
            update.Contents.Add(new UsageContent(usage));
        }

        return update;
    }

    /// <summary>A call, its arguments as the members of a JSON object.</summary>
    public static FunctionCallContent CallOf(string id, string name, string arguments)
        => FunctionCallContent.CreateFromParsedArguments(
            arguments, id, name,
            static json => JsonSerializer.Deserialize<Dictionary<string, object?>>(
                json, AIJsonUtilities.DefaultOptions));

    private static ChatMessage MessageOf(JsonElement message)
    {
        var result = new ChatMessage { Role = ChatRole.Assistant };
        if (message.GetProperty("content").GetString() is { Length: > 0 } text)
        {
            result.Contents.Add(new TextContent(text));
        }

        if (message.TryGetProperty("tool_calls", out var calls))
        {
            foreach (var call in calls.EnumerateArray())
            {
                var function = call.GetProperty("function");
                result.Contents.Add(CallOf(
                    call.GetProperty("id").GetString()!, function.GetProperty("name").GetString()!,
                    function.GetProperty("arguments").GetString()!));
            }
        }

        return result;
    }

    private static ChatFinishReason? FinishOf(JsonElement choice)
        => choice.GetProperty("finish_reason").GetString() is { } reason ? new ChatFinishReason(reason) : null;

    private static UsageDetails? UsageOf(JsonElement answer)
        => answer.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object
            ? new UsageDetails
            {
                InputTokenCount = usage.GetProperty("prompt_tokens").GetInt64(),
                OutputTokenCount = usage.GetProperty("completion_tokens").GetInt64(),
                TotalTokenCount = usage.GetProperty("total_tokens").GetInt64(),
                CachedInputTokenCount = usage.TryGetProperty("prompt_tokens_details", out var details)
                    && details.TryGetProperty("cached_tokens", out var cached) ? cached.GetInt64() : null,
            }
            : null;
}
