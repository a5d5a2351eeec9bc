using System.Text;
using System.Text.Json;
using MaaS.Core.Generation;
using MaaS.Text;

namespace MaaS.Serving.OpenAi.Completions;

/// <summary>Tokens as texts, in the forms in which log-probabilities are written.</summary>
internal sealed class TokenTexts(Tokenizer tokenizer)
{
    private const char Replacement = '\uFFFD';

    // JSON has no infinity; OpenAI writes this for tokens that cannot come.
    private const double Least = -9999;

    /// <summary>A token's text; where its bytes are part of a character, U+FFFD stands for them.</summary>
    public string Of(long token) => tokenizer.Decode([(int)token], skipSpecialTokens: false);

    /// <summary>Writes the member <c>logprobs</c> of a chat.</summary>
    public void WriteChat(Utf8JsonWriter writer, IReadOnlyList<TokenLogProbability>? tokens)
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
            WriteToken(writer, token);
            writer.WriteStartArray("top_logprobs"u8);
            foreach (var other in token.Top)
            {
                writer.WriteStartObject();
                WriteToken(writer, other);
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
    /// <param name="offset">Characters of the text before the first token.</param>
    public void WriteCompletion(Utf8JsonWriter writer, IReadOnlyList<TokenLogProbability>? tokens, int offset)
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
            writer.WriteStringValue(Of(token.Token));
        }

        writer.WriteEndArray();
        writer.WriteStartArray("token_logprobs"u8);
        foreach (var token in tokens)
        {
            writer.WriteNumberValue(Math.Max(token.LogProbability, Least));
        }

        writer.WriteEndArray();
        writer.WriteStartArray("top_logprobs"u8);
        foreach (var token in tokens)
        {
            writer.WriteStartObject();
            foreach (var other in token.Top.DistinctBy(t => Of(t.Token)))
            {
                writer.WriteNumber(Of(other.Token), Math.Max(other.LogProbability, Least));
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("text_offset"u8);
        foreach (var token in tokens)
        {
            writer.WriteNumberValue(offset);
            offset += Of(token.Token).Length;
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private void WriteToken(Utf8JsonWriter writer, TokenLogProbability token)
    {
        var text = Of(token.Token);
        writer.WriteString("token"u8, text);
        writer.WriteNumber("logprob"u8, Math.Max(token.LogProbability, Least));
        if (text.Contains(Replacement, StringComparison.Ordinal))
        {
            writer.WriteNull("bytes"u8);
            return;
        }

        writer.WriteStartArray("bytes"u8);
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            writer.WriteNumberValue(value);
        }

        writer.WriteEndArray();
    }
}
