using System.Text.Json;
using MaaS.Core.Generation;
using MaaS.Core.Generation.Chat;
using MaaS.Serving.OpenAi.Completions;

namespace MaaS.Serving.OpenAi.Chat;

/// <summary>The answer to a chat, whole or in pieces.</summary>
/// <param name="call">The request.</param>
/// <param name="prompt">Tokens of the conversation.</param>
/// <param name="choices">The answers, before their first pieces.</param>
/// <param name="form">What the answers are.</param>
/// <param name="texts">Writes log-probabilities.</param>
internal sealed class ChatAnswer(
    OpenAiCall call, long prompt, IReadOnlyList<TextChoice> choices, AnswerForm form, TokenTexts texts)
{
    /// <summary>The answers as far as they have come.</summary>
    public IReadOnlyList<TextChoice> Choices => choices;

    /// <summary>Whether log-probabilities were asked for.</summary>
    public bool HasLogProbabilities { get; init; }

    /// <summary>Whether a stream ends with the tokens that it took.</summary>
    public bool IncludesUsage { get; init; }

    /// <summary>Writes the whole answer.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        WriteHead(writer, "chat.completion");
        writer.WriteStartArray("choices"u8);
        foreach (var (index, choice) in Choices.Index())
        {
            var (content, calls) = AnswerReader.Read(form, choice.Text);
            writer.WriteStartObject();
            writer.WriteNumber("index"u8, index);
            writer.WriteStartObject("message"u8);
            writer.WriteString("role"u8, "assistant"u8);
            writer.WriteString("content"u8, content);
            writer.WriteNull("refusal"u8);
            WriteCalls(writer, calls);
            writer.WriteEndObject();
            texts.WriteChat(writer, HasLogProbabilities ? choice.Scored : null);
            TextUsage.WriteFinish(writer, choice.Finish, calls.Count > 0);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        TextUsage.Write(writer, prompt, Choices, Choices.Count);
    }

    /// <summary>Writes one piece of one answer.</summary>
    /// <param name="writer">Within an object.</param>
    /// <param name="index">Which answer.</param>
    /// <param name="writeDelta">Writes what follows the pieces before.</param>
    /// <param name="tokens">The tokens that came with it.</param>
    /// <param name="finish">Why the answer has ended; <see cref="FinishReason.None"/> while it has not.</param>
    /// <param name="isToolCall">Whether it ended in calls.</param>
    public void WritePiece(
        Utf8JsonWriter writer, int index, Action<Utf8JsonWriter> writeDelta,
        IReadOnlyList<ScoredToken> tokens, FinishReason finish = FinishReason.None,
        bool isToolCall = false)
    {
        WriteHead(writer, "chat.completion.chunk");
        writer.WriteStartArray("choices"u8);
        writer.WriteStartObject();
        writer.WriteNumber("index"u8, index);
        writer.WriteStartObject("delta"u8);
        writeDelta(writer);
        writer.WriteEndObject();
        texts.WriteChat(writer, HasLogProbabilities && tokens.Count > 0 ? tokens : null);
        TextUsage.WriteFinish(writer, finish, isToolCall);
        writer.WriteEndObject();
        writer.WriteEndArray();
        if (IncludesUsage)
        {
            writer.WriteNull("usage"u8);
        }
    }

    /// <summary>Writes the last piece, with the tokens that all answers took.</summary>
    public void WriteUsage(Utf8JsonWriter writer)
    {
        WriteHead(writer, "chat.completion.chunk");
        writer.WriteStartArray("choices"u8);
        writer.WriteEndArray();
        TextUsage.Write(writer, prompt, Choices, Choices.Count);
    }

    private void WriteHead(Utf8JsonWriter writer, string kind)
    {
        writer.WriteString("id"u8, call.Id("chatcmpl-"));
        writer.WriteString("object"u8, kind);
        writer.WriteNumber("created"u8, call.Created);
        writer.WriteString("model"u8, call.ModelName);
        writer.WriteString("system_fingerprint"u8, call.Fingerprint);
    }

    private static void WriteCalls(Utf8JsonWriter writer, IReadOnlyList<ChatToolCall> calls)
    {
        if (calls.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("tool_calls"u8);
        foreach (var call in calls)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, call.Id);
            writer.WriteString("type"u8, "function"u8);
            writer.WriteStartObject("function"u8);
            writer.WriteString("name"u8, call.Name);
            writer.WriteString("arguments"u8, call.Arguments);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
