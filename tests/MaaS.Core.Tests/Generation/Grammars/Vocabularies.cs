using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MaaS.Text;

namespace MaaS.Core.Tests.Generation.Grammars;

/// <summary>Tokenizers of every kind, with tokens that end within characters, strings and structure.</summary>
internal static class Vocabularies
{
    /// <summary>The token that ends a text, in all of them.</summary>
    public const long End = 0;

    private static readonly string[] Pieces =
    [
        "{\"", "\":", "\": ", "\": \"", "\",", "\", \"", "\"}", "\"]", "}", "},", "}}", "]}", "[", "[[", "[\"", "],",
        "{", "{}", "[]",
        "true", " true", "false", "null", " null", ",", ", ", ":", ": ", "0", "1", "12", "123", "-", "-1", ".5", "e+",
        "E-1", "00",
        "a", "b", "ab", "name", " name", "na", "me\"", "value", "id", "type", "é", "日本", "😀", "\\", "\\n", "\\u",
        "\\u00", "\\\"", "d83d",
        "\\ud83d\\ude00", "\n", "\t", "  ", " ", "2024", "-01", "T", "Z", "\",\"", "x\":", "\"a\":", "\"b\": 1", "}\n",
        "\0", "kind", "\"kind\":",
    ];

    private static readonly Lazy<Tokenizer> ByteLevelLazy = new(() => Bpe(
        [.. Enumerable.Range(0, 256).Select(static b => Alphabet([(byte)b])),
            .. Pieces.Select(static p => Alphabet(Encoding.UTF8.GetBytes(p)))],
        new JsonObject { ["type"] = "ByteLevel" }));

    private static readonly Lazy<Tokenizer> ByteFallbackLazy = new(() => Bpe(
        [
            .. Enumerable.Range(0, 256).Select(static b => $"<0x{b:X2}>"),
            .. Pieces.Select(static p => p.Replace(' ', '▁')), "{\"a", "▁{", "▁\"",
        ],
        new JsonObject
        {
            ["type"] = "Sequence",
            ["decoders"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "Replace",
                    ["pattern"] = new JsonObject { ["String"] = "▁" },
                    ["content"] = " ",
                },
                new JsonObject { ["type"] = "ByteFallback" }, new JsonObject { ["type"] = "Fuse" },
                new JsonObject { ["type"] = "Strip", ["content"] = " ", ["start"] = 1, ["stop"] = 0 }),
        }));

    // Characters alone, no bytes.
    private static readonly Lazy<Tokenizer> MetaspaceLazy = new(() => Bpe(
        [.. Enumerable.Range(0x20, 0x5F).Select(static c => ((char)c).ToString().Replace(' ', '▁')),
            .. Pieces.Select(static p => p.Replace(' ', '▁')), "ß", "ü"],
        new JsonObject
        {
            ["type"] = "Metaspace",
            ["replacement"] = "▁",
            ["prepend_scheme"] = "always",
            ["split"] = true,
        }));

    private static readonly Lazy<Tokenizer> WordPieceLazy = new(() =>
    {
        string[] tokens = ["[PAD]", "[UNK]", .. Enumerable.Range(0x21, 0x5E).Select(static c => $"##{(char)c}"),
            .. Pieces.Where(static p => p.Trim().Length > 0)
                .SelectMany(static p => new[] { p.Trim(), $"##{p.Trim()}" })];
        return Make(
            new JsonObject
            {
                ["type"] = "WordPiece",
                ["unk_token"] = "[UNK]",
                ["vocab"] = Vocabulary(tokens.Distinct()),
                ["max_input_chars_per_word"] = 100,
                ["continuing_subword_prefix"] = "##",
            },
            new JsonObject { ["type"] = "WordPiece", ["prefix"] = "##", ["cleanup"] = false }, "[PAD]");
    });

    public static Tokenizer ByteLevel => ByteLevelLazy.Value;

    public static Tokenizer ByteFallback => ByteFallbackLazy.Value;

    public static Tokenizer Metaspace => MetaspaceLazy.Value;

    public static Tokenizer WordPiece => WordPieceLazy.Value;

    /// <summary>A byte-level tokenizer of so many random tokens, as large ones have.</summary>
    public static Tokenizer Large(int count)
    {
        var random = new Random(7);
        var tokens = new HashSet<string>(Enumerable.Range(0, 256).Select(static b => Alphabet([(byte)b])));
        foreach (var piece in Pieces)
        {
            tokens.Add(Alphabet(Encoding.UTF8.GetBytes(piece)));
        }

        while (tokens.Count < count)
        {
            var text = new StringBuilder(random.Next(2) == 0 ? " " : "");
            for (var i = random.Next(1, 9); i > 0; i--)
            {
                text.Append(random.Next(25) == 0
                    ? ".,:;\"'(){}[]0123456789"[random.Next(22)] : (char)random.Next('a', 'z' + 1));
            }

            tokens.Add(Alphabet(Encoding.UTF8.GetBytes(text.ToString())));
        }

        return Bpe([.. tokens], new JsonObject { ["type"] = "ByteLevel" });
    }

    private static Tokenizer Bpe(IEnumerable<string> tokens, JsonObject decoder) => Make(
        new JsonObject
        {
            ["type"] = "BPE",
            ["vocab"] = Vocabulary(tokens.Prepend("<end>").Distinct()),
            ["merges"] = new JsonArray(),
        },
        decoder, "<end>");

    private static Tokenizer Make(JsonObject model, JsonObject decoder, string end) => Tokenizer.FromJson(
        JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray(new JsonObject
            {
                ["id"] = End,
                ["content"] = end,
                ["single_word"] = false,
                ["lstrip"] = false,
                ["rstrip"] = false,
                ["normalized"] = false,
                ["special"] = true,
            }),
            ["model"] = model,
            ["decoder"] = decoder,
        }));

    private static JsonObject Vocabulary(IEnumerable<string> tokens)
        => new(tokens.Select(static (t, i) => KeyValuePair.Create(t, (JsonNode?)i)));

    // GPT-2's characters for bytes.
    private static string Alphabet(byte[] bytes)
    {
        var (text, table, next) = (new StringBuilder(), new char[256], 'Ā');
        for (var b = 0; b < 256; b++)
        {
            table[b] = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)b : next++;
        }

        foreach (var b in bytes)
        {
            text.Append(table[b]);
        }

        return text.ToString();
    }
}
