using System.Text.Encodings.Web;
using System.Text.Json;
using MaaS.Text.Components;
using MaaS.Text.Decoders;
using MaaS.Text.Models;
using MaaS.Text.Normalizers;
using MaaS.Text.PostProcessors;
using MaaS.Text.PreTokenizers;

namespace MaaS.Text;

/// <summary>Reads and writes tokenizer.json.</summary>
internal static class TokenizerJson
{
    private const string Version = "1.0";

    public static TokenizerParts Read(ReadOnlyMemory<byte> utf8) => Guard("tokenizer.json", () =>
    {
        using var document = JsonDocument.Parse(WithoutMark(utf8));
        var json = new ComponentJson(document.RootElement, "");
        return new TokenizerParts(TokenModels.Read(json.Member("model")))
        {
            Normalizer = TextNormalizers.Family.ReadOrNull(json.Member("normalizer")),
            PreTokenizer = TextPreTokenizers.Family.ReadOrNull(json.Member("pre_tokenizer")),
            PostProcessor = TextPostProcessors.Family.ReadOrNull(json.Member("post_processor")),
            Decoder = TextDecoders.Family.ReadOrNull(json.Member("decoder")),
            AddedTokens = json.Member("added_tokens") is { IsNull: false } tokens
                ? [.. tokens.Items().Select(AddedTokenJson.Read)] : [],
            Truncation = TruncationJson.Read(json.Member("truncation")),
            Padding = PaddingJson.Read(json.Member("padding")),
        };
    });

    public static byte[] Write(TokenizerParts parts)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(
            stream, new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("version", Version);
            TruncationJson.Write(writer, parts.Truncation);
            PaddingJson.Write(writer, parts);
            writer.WriteStartArray("added_tokens");
            foreach (var token in parts.AddedTokens)
            {
                AddedTokenJson.Write(writer, token);
            }

            writer.WriteEndArray();
            writer.WriteComponent("normalizer", parts.Normalizer);
            writer.WriteComponent("pre_tokenizer", parts.PreTokenizer);
            writer.WriteComponent("post_processor", parts.PostProcessor);
            writer.WriteComponent("decoder", parts.Decoder);
            writer.WriteComponent("model", parts.Model);
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <summary>Reads a file that holds nothing but ids by token.</summary>
    public static Vocabulary ReadVocabulary(ReadOnlyMemory<byte> utf8, string path) => Guard(path, () =>
    {
        using var document = JsonDocument.Parse(WithoutMark(utf8));
        try
        {
            return Vocabulary.Read(new(document.RootElement, "vocab"));
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    });

    private static T Guard<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{file}: expected JSON of a tokenizer: {e.Message}", e);
        }
    }

    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> utf8) =>
        utf8.Span is [0xEF, 0xBB, 0xBF, ..] ? utf8[3..] : utf8;
}
