using System.Text.Json;
using System.Text.Json.Nodes;
using MaaS.Text;

namespace MaaS.Serving.Tests.OpenAi;

/// <summary>A tokenizer as Llama 2 and Mistral have it: marks for spaces, and a token for every byte.</summary>
internal static class SentencePiece
{
    /// <summary>Ids: the special tokens, then the 256 bytes, then words and characters.</summary>
    public static readonly string[] Words =
        ["▁the", "the", "▁cat", "cat", "▁", "s", "t", "h", "e", "c", "a", "<", ">", "/", "|"];

    /// <summary>Special, in this order from 0 on.</summary>
    public static readonly string[] Special = ["<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>"];

    /// <summary>The tokenizer.</summary>
    /// <param name="truncation">Tokens at which tokenizer.json cuts texts; null for no such setting.</param>
    /// <param name="padding">Tokens to which it fills them up; null for no such setting.</param>
    public static Tokenizer Make(int? truncation = null, int? padding = null)
    {
        string[] tokens = [.. Special, .. Enumerable.Range(0, 256).Select(static b => $"<0x{b:X2}>"), .. Words];
        var json = new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray([.. Special.Select(static (token, id) => new JsonObject
            {
                ["id"] = id, ["content"] = token, ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false,
                ["normalized"] = false, ["special"] = true,
            })]),
            ["normalizer"] = JsonNode.Parse("""
                {"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},
                 {"type":"Replace","pattern":{"String":" "},"content":"▁"}]}
                """),
            ["decoder"] = JsonNode.Parse("""
                {"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},
                 {"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}
                """),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["unk_token"] = "<unk>",
                ["fuse_unk"] = true,
                ["byte_fallback"] = true,
                ["vocab"] = new JsonObject(tokens.Select(static (t, i) => KeyValuePair.Create(t, (JsonNode?)i))),
                ["merges"] = new JsonArray(),
            },
        };
        var tokenizer = Tokenizer.FromJson(JsonSerializer.SerializeToUtf8Bytes(json));
        return tokenizer.With(
            truncation is { } most ? new Truncation(most) : null,
            padding is { } length ? Padding.To(length) with { Id = 0 } : null);
    }

    /// <summary>The id of a byte.</summary>
    public static int Byte(byte value) => Special.Length + value;

    /// <summary>The id of a word.</summary>
    public static int Word(string word) => Special.Length + 256 + Array.IndexOf(Words, word);
}
