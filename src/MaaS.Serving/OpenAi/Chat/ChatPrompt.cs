using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MaaS.Core.Generation.Chat;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Text;

namespace MaaS.Serving.OpenAi.Chat;

/// <summary>The tokens of a conversation. The template's own special tokens are tokens; what looks like one within a
/// message is text, so that nobody who writes a message can end it and speak as another.</summary>
/// <remarks>A template prints messages wherever it likes. So a character that Unicode keeps for no text is put behind
/// the first one of each special token within a message, and taken out of what the template gives: there no special
/// token stands.</remarks>
internal static class ChatPrompt
{
    // A template writes all special tokens itself, the first one among them.
    private static readonly EncodeOptions AsWritten = new() { AddSpecialTokens = false };

    private static readonly ConditionalWeakTable<Tokenizer, SearchValues<string>> Special = [];

    private static readonly JsonSerializerOptions Relaxed = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    // U+FDD0 to U+FDEF are no characters and never will be.
    private const char FirstMark = '\uFDD0', LastMark = '\uFDEF';

    /// <summary>Renders and encodes a conversation.</summary>
    /// <param name="template">The model's own.</param>
    /// <param name="runner">Has the model's tokenizer.</param>
    /// <param name="request">The conversation.</param>
    /// <exception cref="ModelInputException">The template refuses the conversation.</exception>
    public static long[] Encode(ChatTemplate template, GenerationRunner runner, ChatRequest request)
    {
        var special = Special.GetValue(runner.Tokenizer, static tokenizer => SearchValues.Create(
            [.. tokenizer.AddedTokens.Where(static t => t.Special && t.Content.Length > 1)
                .Select(static t => t.Content)],
            StringComparison.Ordinal));
        var tools = request.Tools.Tools is { Count: > 0 } some ? some : null;
        ChatMessage[] messages = [.. request.Messages.Select(Plain)];
        if (!messages.SelectMany(TextsOf).Any(text => text.AsSpan().ContainsAny(special)))
        {
            return runner.Encode(Render(messages), AsWritten);
        }

        var mark = MarkFor(messages);
        var marked = Render([.. messages.Select(message => Marked(message, special, mark))]);
        List<int> breaks = [];
        var text = new StringBuilder(marked.Length);
        foreach (var c in marked)
        {
            if (c == mark)
            {
                breaks.Add(text.Length);
            }
            else
            {
                text.Append(c);
            }
        }

        return runner.Encode(text.ToString(), AsWritten with { SpecialTokenBreaks = breaks });

        string Render(IReadOnlyList<ChatMessage> given)
            => template.Render(given, tools, addGenerationPrompt: true, request.TemplateVariables);
    }

    // Arguments as they are read: an escape within them may stand for a part of a special token.
    private static ChatMessage Plain(ChatMessage message)
        => message.ToolCalls is not { } calls ? message : message with
        {
            ToolCalls = [.. calls.Select(static c => c.Arguments.Contains('\\', StringComparison.Ordinal)
                ? c with { Arguments = Unescaped(c.Arguments) } : c)],
        };

    private static string Unescaped(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return JsonSerializer.Serialize(document.RootElement, Relaxed);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return json; // The template's values are made of it, which refuses it by name.
        }
    }

    private static IEnumerable<string> TextsOf(ChatMessage message)
        => new[] { message.Content, message.Name, message.ToolCallId }
            .Concat((message.ToolCalls ?? []).SelectMany(static c => new[] { c.Id, c.Name, c.Arguments }))
            .OfType<string>();

    private static ChatMessage Marked(ChatMessage message, SearchValues<string> special, char mark)
    {
        return message with
        {
            Content = Mark(message.Content),
            Name = Mark(message.Name),
            ToolCallId = Mark(message.ToolCallId),
            ToolCalls = message.ToolCalls?.Select(
                c => new ChatToolCall(Mark(c.Id), Mark(c.Name)!, Mark(c.Arguments)!)).ToArray(),
        };

        string? Mark(string? text) => text is null ? null : ChatPrompt.Mark(text, special, mark);
    }

    // Behind the first character of every special token, those that overlap with others among them.
    private static string Mark(string text, SearchValues<string> special, char mark)
    {
        var marked = new StringBuilder(text.Length + 8);
        var done = 0;
        while (text.AsSpan(done).IndexOfAny(special) is >= 0 and var skipped)
        {
            marked.Append(text, done, skipped + 1).Append(mark);
            done += skipped + 1;
        }

        return marked.Append(text, done, text.Length - done).ToString();
    }

    // One that no message has; a message may have any that it is never taken for a mark.
    private static char MarkFor(IReadOnlyList<ChatMessage> messages)
    {
        var used = messages.SelectMany(TextsOf).SelectMany(static t => t)
            .Where(static c => c is >= FirstMark and <= LastMark).ToHashSet();
        for (var mark = FirstMark; mark <= LastMark; mark++)
        {
            if (!used.Contains(mark))
            {
                return mark;
            }
        }

        throw RequestFields.Fault(
            "messages", "expected text without the 32 characters from U+FDD0 on, which Unicode keeps for no text");
    }
}
