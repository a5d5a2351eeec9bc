using System.Text.Json;
using MaaS.Core.Generation;
using MaaS.Core.Generation.Chat;
using MaaS.Serving.Http;
using MaaS.Serving.OpenAi.Completions;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.OpenAi.Chat;

/// <summary>The answer to a chat as a stream: of each choice first its role, then its text or calls, then why it has
/// ended.</summary>
/// <param name="context">The request.</param>
/// <param name="answer">What is sent.</param>
/// <param name="form">What the answers are.</param>
/// <param name="count">Answers.</param>
internal sealed class ChatStream(HttpContext context, ChatAnswer answer, AnswerForm form, int count)
{
    private static readonly Action<Utf8JsonWriter> Nothing = static _ => { };

    private readonly bool[] _hasRole = new bool[count];
    private readonly int[] _sent = new int[count];
    private readonly AnswerReader[] _readers = [.. Enumerable.Range(0, count).Select(_ => form.Reader())];

    // Log-probabilities that no event was there for yet, as of half a character.
    private readonly List<ScoredToken>[] _held =
        [.. Enumerable.Range(0, count).Select(static _ => new List<ScoredToken>())];

    /// <summary>Sends every piece when it is there.</summary>
    public async Task SendAsync(IAsyncEnumerable<TextPiece> pieces)
    {
        await foreach (var (index, piece) in pieces.ConfigureAwait(false))
        {
            answer.Choices[index].Add(piece);
            if (piece.LogProbability is not null)
            {
                _held[index].Add(answer.Choices[index].Scored[^1]);
            }

            if (!_hasRole[index])
            {
                _hasRole[index] = true;
                await WriteAsync(index, static writer =>
                {
                    writer.WriteString("role"u8, "assistant"u8);
                    writer.WriteString("content"u8, ""u8);
                }).ConfigureAwait(false);
            }

            var last = piece.Finish != FinishReason.None;
            foreach (var part in _readers[index].Add(piece.Text, last))
            {
                await WritePartAsync(index, part).ConfigureAwait(false);
            }

            if (last)
            {
                var held = TakeHeld(index);
                await EventStream.WriteAsync(
                    context,
                    writer => answer.WritePiece(
                        writer, index, Nothing, held, piece.Finish, _readers[index].Calls > 0)).ConfigureAwait(false);
            }
        }

        if (answer.IncludesUsage)
        {
            await EventStream.WriteAsync(context, answer.WriteUsage).ConfigureAwait(false);
        }
    }

    private async Task WritePartAsync(int index, ToolCallPiece part)
    {
        if (part.Call is not { } call)
        {
            await WriteTextAsync(index, part.Text).ConfigureAwait(false);
            return;
        }

        var i = _sent[index]++;
        await WriteAsync(index, writer => WriteCall(writer, i, call)).ConfigureAwait(false);
        await WriteAsync(index, writer => WriteArguments(writer, i, call.Arguments)).ConfigureAwait(false);
    }

    private Task WriteTextAsync(int index, string text)
    {
        var held = TakeHeld(index);
        return EventStream.WriteAsync(
            context, writer => answer.WritePiece(writer, index, w => w.WriteString("content"u8, text), held));
    }

    private Task WriteAsync(int index, Action<Utf8JsonWriter> writeDelta)
        => EventStream.WriteAsync(context, writer => answer.WritePiece(writer, index, writeDelta, []));

    private ScoredToken[] TakeHeld(int index)
    {
        ScoredToken[] held = [.. _held[index]];
        _held[index].Clear();
        return held;
    }

    private static void WriteCall(Utf8JsonWriter writer, int index, ChatToolCall call)
    {
        writer.WriteStartArray("tool_calls"u8);
        writer.WriteStartObject();
        writer.WriteNumber("index"u8, index);
        writer.WriteString("id"u8, call.Id);
        writer.WriteString("type"u8, "function"u8);
        writer.WriteStartObject("function"u8);
        writer.WriteString("name"u8, call.Name);
        writer.WriteString("arguments"u8, ""u8);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static void WriteArguments(Utf8JsonWriter writer, int index, string arguments)
    {
        writer.WriteStartArray("tool_calls"u8);
        writer.WriteStartObject();
        writer.WriteNumber("index"u8, index);
        writer.WriteStartObject("function"u8);
        writer.WriteString("arguments"u8, arguments);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndArray();
    }
}
