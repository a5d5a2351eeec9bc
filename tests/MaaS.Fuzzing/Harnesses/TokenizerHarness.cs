using System.Text;
using System.Text.Json;
using MaaS.Fuzzing.Engine;
using MaaS.Text;

namespace MaaS.Fuzzing.Harnesses;

/// <summary>tokenizer.json: what was read is written, read again and must cut texts as before.</summary>
internal sealed class TokenizerHarness : IFuzzHarness
{
    private static readonly string[] Texts = ["", "Hello, wörld!  don't", "a b\tc 12345 \n", "日本 x́ 👍🏽 <s>[MASK]", "aaaaaaaaaaaaaaaaaaaaaaaa"];

    public string Name => "tokenizer";

    public IReadOnlyList<string> Words { get; } =
    [
        "\"type\"", "\"model\"", "\"vocab\"", "\"merges\"", "\"BPE\"", "\"WordPiece\"", "\"Unigram\"", "\"WordLevel\"", "\"normalizer\"", "\"Sequence\"",
        "\"pre_tokenizer\"", "\"post_processor\"", "\"decoder\"", "\"added_tokens\"", "\"truncation\"", "\"padding\"", "\"unk_token\"", "\"pattern\"",
        "\"Regex\"", "\"String\"", "\"behavior\"", "\"max_length\"", "\"stride\"", "\"strategy\"", "\"special\"", "\"ByteLevel\"", "\"Metaspace\"", "\"Split\"",
        "\"Lowercase\"", "\"NFC\"", "\"Replace\"", "\"content\"", "\"id\"", "\"(a+)+b\"", "\"\"", "{", "}", "[", "]", ":", ",", "true", "null", "\"\\ud800\"",
    ];

    public IReadOnlyList<byte[]> Seeds()
    {
        using var all = JsonDocument.Parse(KnownInputs.Seed("tokenizers.json"));
        return [.. Small(all.RootElement).Select(t => Encoding.UTF8.GetBytes(t.GetRawText())).Where(t => t.Length < 16_384)];
    }

    public bool IsDocumented(Exception exception) => exception is InvalidDataException;

    public void Run(byte[] input)
    {
        var tokenizer = Tokenizer.FromJson(input);
        var json = tokenizer.ToJson();
        var again = Read(json);
        FuzzFaultException.Unless(json.AsSpan().SequenceEqual(again.ToJson()), "expected the same file after it was written and read");
        foreach (var text in Texts)
        {
            Compare(tokenizer, again, text);
        }
    }

    private static void Compare(Tokenizer tokenizer, Tokenizer again, string text)
    {
        TokenEncoding expected;
        try
        {
            expected = tokenizer.Encode(text);
        }
        catch (Exception e) when (e is ArgumentException or InvalidDataException)
        {
            return; // The file asks for what a text cannot have: a token that is not there, or no room for it.
        }

        var got = again.Encode(text);
        FuzzFaultException.Unless(expected.Ids.SequenceEqual(got.Ids), $"'{text}': expected the same tokens after the file was written and read");
        FuzzFaultException.Unless(tokenizer.Decode([.. expected.Ids]) == again.Decode([.. got.Ids]), $"'{text}': expected the same text");
    }

    private static Tokenizer Read(byte[] json)
    {
        try
        {
            return Tokenizer.FromJson(json);
        }
        catch (InvalidDataException e)
        {
            throw new FuzzFaultException($"expected a written file to be read: {e.Message}");
        }
    }

    /// <summary>Every object that has a model, however deep.</summary>
    private static IEnumerable<JsonElement> Small(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object when json.TryGetProperty("model", out var model) && model.ValueKind == JsonValueKind.Object => [json],
        JsonValueKind.Object => json.EnumerateObject().SelectMany(p => Small(p.Value)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(Small),
        _ => [],
    };
}
