using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using MaaS.Core.Generation;
using MaaS.Text;

namespace MaaS.Serving.OpenAi.Completions;

/// <summary>Tokens as texts, in the forms in which log-probabilities are written.</summary>
internal sealed class TokenTexts(Tokenizer tokenizer)
{
    // JSON has no infinity; OpenAI writes this for tokens that cannot come.
    private const double Least = -9999;

    /// <summary>An answer that goes on where a prompt ends.</summary>
    /// <param name="prompt">Tokens before it; where they are all special ones the answer begins the text.</param>
    public TextChoice Answer(IReadOnlyList<long> prompt)
        => new(this, prompt.TakeLast(TextAssembly.Context).All(t => BytesOf(t, isFirst: false) is not [_, ..]));

    /// <summary>The bytes that a token adds to a text, which may end within a character; null for special tokens, which
    /// add nothing.</summary>
    public byte[]? BytesOf(long token, bool isFirst) => tokenizer.BytesOf((int)token, isFirst);

    /// <summary>A token as text, unlike that of every token with other bytes: bytes that are no whole characters are
    /// written as <c>bytes:\xf0\x9f</c>, special tokens as the vocabulary has them.</summary>
    public string Of(long token, bool isFirst)
        => BytesOf(token, isFirst) is not { } bytes ? tokenizer.IdToToken((int)token) ?? $"token_id:{token}"
            : Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes)
            : "bytes:" + string.Concat(bytes.Select(static b => $"\\x{b:x2}"));

    /// <summary>Writes the member <c>logprobs</c> of a chat.</summary>
    public void WriteChat(Utf8JsonWriter writer, IReadOnlyList<ScoredToken>? tokens)
    {
        if (tokens is null)
        {
            writer.WriteNull("logprobs"u8);
            return;
        }

        writer.WriteStartObject("logprobs"u8);
        writer.WriteStartArray("content"u8);
        foreach (var token in tokens)
        {
            writer.WriteStartObject();
            WriteToken(writer, token.LogProbability, token.IsFirst);
            writer.WriteStartArray("top_logprobs"u8);
            foreach (var other in token.LogProbability.Top)
            {
                writer.WriteStartObject();
                WriteToken(writer, other, token.IsFirst);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteNull("refusal"u8);
        writer.WriteEndObject();
    }

    /// <summary>Writes the member <c>logprobs</c> of a completion.</summary>
    /// <param name="writer">Within an object.</param>
    /// <param name="tokens">Null where none were asked for.</param>
    public void WriteCompletion(Utf8JsonWriter writer, IReadOnlyList<ScoredToken>? tokens)
    {
        if (tokens is null)
        {
            writer.WriteNull("logprobs"u8);
            return;
        }

        writer.WriteStartObject("logprobs"u8);
        writer.WriteStartArray("tokens"u8);
        foreach (var token in tokens)
        {
            writer.WriteStringValue(Of(token.LogProbability.Token, token.IsFirst));
        }

        writer.WriteEndArray();
        writer.WriteStartArray("token_logprobs"u8);
        foreach (var token in tokens)
        {
            writer.WriteNumberValue(Math.Max(token.LogProbability.LogProbability, Least));
        }

        writer.WriteEndArray();
        writer.WriteStartArray("top_logprobs"u8);
        foreach (var token in tokens)
        {
            writer.WriteStartObject();
            // The drawn token is always there, behind the likeliest ones where it is none of them.
            foreach (var other in token.LogProbability.Top.Append(token.LogProbability)
                .DistinctBy(t => Of(t.Token, token.IsFirst)))
            {
                writer.WriteNumber(Of(other.Token, token.IsFirst), Math.Max(other.LogProbability, Least));
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("text_offset"u8);
        foreach (var token in tokens)
        {
            writer.WriteNumberValue(token.Offset);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private void WriteToken(Utf8JsonWriter writer, TokenLogProbability token, bool isFirst)
    {
        writer.WriteString("token"u8, Of(token.Token, isFirst));
        writer.WriteNumber("logprob"u8, Math.Max(token.LogProbability, Least));
        if (BytesOf(token.Token, isFirst) is not { } bytes)
        {
            writer.WriteNull("bytes"u8);
            return;
        }

        writer.WriteStartArray("bytes"u8);
        foreach (var value in bytes)
        {
            writer.WriteNumberValue(value);
        }

        writer.WriteEndArray();
    }
}
