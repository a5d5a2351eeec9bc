using System.Text;
using System.Text.Json;
using MaaS.Fuzzing.Engine;
using MaaS.Text;

namespace MaaS.Fuzzing.Harnesses;

/// <summary>tokenizer.json: what was read is written, read again and must cut texts as before.</summary>
internal sealed class TokenizerHarness : IFuzzHarness
{
    private static readonly string[] Texts = [
        "", "Hello, wörld!  don't", "a b\tc 12345 \n", "日本 x́ 👍🏽 <s>[MASK]", "aaaaaaaaaaaaaaaaaaaaaaaa",
    ];

    public string Name => "tokenizer";

    public IReadOnlyList<string> Words { get; } =
    [
        "\"type\"", "\"model\"", "\"vocab\"", "\"merges\"", "\"BPE\"", "\"WordPiece\"", "\"Unigram\"", "\"WordLevel\"",
        "\"normalizer\"", "\"Sequence\"",
        "\"pre_tokenizer\"", "\"post_processor\"", "\"decoder\"", "\"added_tokens\"", "\"truncation\"", "\"padding\"",
        "\"unk_token\"", "\"pattern\"",
        "\"Regex\"", "\"String\"", "\"behavior\"", "\"max_length\"", "\"stride\"", "\"strategy\"", "\"special\"",
        "\"ByteLevel\"", "\"Metaspace\"", "\"Split\"",
        "\"Lowercase\"", "\"NFC\"", "\"Replace\"", "\"content\"", "\"id\"", "\"(a+)+b\"", "\"\"", "{", "}", "[", "]",
        ":", ",", "true", "null", "\"\\ud800\"",
    ];

    public IReadOnlyList<byte[]> Seeds()
    {
        using var all = JsonDocument.Parse(KnownInputs.Seed("tokenizers.json"));
        var models = all.RootElement.GetProperty("models").EnumerateArray().Select(m => m.GetRawText())
            .Where(m => m.Length < 8192).Append(Model).ToArray();
        var normalizers = Parts(all, "normalized").ToArray();
        var preTokenizers = Parts(all, "preTokenized").ToArray();
        return
        [
            .. Parts(all, "encoded").Where(t => t.Length < 16_384).Select(Encoding.UTF8.GetBytes),
            .. normalizers.Select(n => File(models[^1], n, "null")),
            .. preTokenizers.Select(p => File(models[^1], "null", p)), .. models.Select(m => File(m, "null", "null")),
        ];
    }

    public bool IsDocumented(Exception exception) => exception is InvalidDataException;

    public void Run(byte[] input)
    {
        var tokenizer = Tokenizer.FromJson(input);
        var json = tokenizer.ToJson();
        var again = Read(json);
        FuzzFaultException.Unless(
            json.AsSpan().SequenceEqual(again.ToJson()), "expected the same file after it was written and read");
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
        FuzzFaultException.Unless(
            expected.Ids.SequenceEqual(got.Ids),
            $"'{text}': expected the same tokens after the file was written and read");
        FuzzFaultException.Unless(
            tokenizer.Decode([.. expected.Ids]) == again.Decode([.. got.Ids]), $"'{text}': expected the same text");
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

    /// <summary>The components of one kind in the fixtures.</summary>
    private static IEnumerable<string> Parts(JsonDocument fixtures, string kind)
        => fixtures.RootElement.GetProperty(kind).EnumerateArray()
            .Select(part => part.GetProperty("json").GetRawText());

    private static byte[] File(string model, string normalizer, string preTokenizer) => Encoding.UTF8.GetBytes(
        $$"""{"version":"1.0","truncation":null,"padding":null,"added_tokens":[{{Added}}],"normalizer":{{normalizer}},"pre_tokenizer":{{preTokenizer}},"post_processor":null,"decoder":null,"model":{{model}}}""");

    private const string Added =
        """{"id":4,"content":"[MASK]","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}""";

    private const string Model =
        """{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{"[UNK]":0,"a":1,"##a":2,"hello":3}}""";
}
