using System.Text.Json;
using MaaS.Core.Generation;

namespace MaaS.Serving.OpenAi.Completions;

/// <summary>What every answer with texts says of them.</summary>
internal static class TextUsage
{
    /// <summary>Writes the member <c>usage</c>.</summary>
    /// <param name="writer">Within an object.</param>
    /// <param name="prompt">Tokens of all prompts, each counted once.</param>
    /// <param name="choices">All answers, those to one prompt one after the other.</param>
    /// <param name="choicesOfPrompt">Answers to each prompt.</param>
    public static void Write(
        Utf8JsonWriter writer, long prompt, IReadOnlyList<TextChoice> choices, int choicesOfPrompt)
    {
        var answers = choices.Sum(static c => (long)c.Tokens);
        writer.WriteStartObject("usage"u8);
        writer.WriteNumber("prompt_tokens"u8, prompt);
        writer.WriteNumber("completion_tokens"u8, answers);
        writer.WriteNumber("total_tokens"u8, prompt + answers);
        writer.WriteStartObject("prompt_tokens_details"u8);
        // What one answer computes and the next to the same prompt takes over was no prompt before this request.
        writer.WriteNumber(
            "cached_tokens"u8, choices.Chunk(choicesOfPrompt).Sum(static p => p.Min(static c => (long)c.CachedTokens)));
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>Writes <c>finish_reason</c>, null while the text has not ended.</summary>
    public static void WriteFinish(Utf8JsonWriter writer, FinishReason finish, bool isToolCall = false)
        => writer.WriteString("finish_reason"u8, finish switch
        {
            FinishReason.None => null,
            FinishReason.Length => "length",
            _ => isToolCall ? "tool_calls" : "stop",
        });
}
