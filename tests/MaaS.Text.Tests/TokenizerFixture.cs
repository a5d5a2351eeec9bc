using System.Text.Json;
using System.Text.Json.Nodes;

namespace MaaS.Text.Tests;

/// <summary>What Fixtures/make_tokenizers.mjs wrote: Hugging Face's own library on Fixtures/texts.json.</summary>
internal static class TokenizerFixture
{
    private static readonly string Folder = Path.Combine(TestContext.CurrentContext.TestDirectory, "Fixtures");

    private static readonly JsonNode Root = JsonNode.Parse(File.ReadAllBytes(Path.Combine(Folder, "tokenizers.json")))!;

    public static string[] Texts { get; } =
        JsonSerializer.Deserialize<string[]>(File.ReadAllBytes(Path.Combine(Folder, "texts.json")))!;

    public static string[] Corpus { get; } = File.ReadAllLines(Path.Combine(Folder, "corpus.txt"));

    public static JsonNode Lengths => Root["lengths"]!;

    public static JsonNode Training => Root["training"]!;

    public static IEnumerable<TestCaseData> Normalizers => Parts("normalized", "normalizer");

    public static IEnumerable<TestCaseData> PreTokenizers => Parts("preTokenized", "pre_tokenizer");

    public static IEnumerable<TestCaseData> Tokenizers =>
        Root["encoded"]!.AsArray().Select(e => new TestCaseData(e).SetArgDisplayNames(e!["name"]!.GetValue<string>()));

    /// <summary>The tokenizer of an entry, whose model is stored once for all that share it.</summary>
    public static Tokenizer Load(JsonNode entry)
    {
        var json = entry["json"]!.DeepClone();
        json["model"] = Root["models"]![json["model"]!.GetValue<int>()]!.DeepClone();
        return Load(json.AsObject());
    }

    public static Tokenizer Load(JsonObject json) => Tokenizer.FromJson(JsonSerializer.SerializeToUtf8Bytes(json));

    /// <summary>The JSON of the tokenizer of a name.</summary>
    public static JsonObject Json(string name)
    {
        var entry = Root["encoded"]!.AsArray().Single(e => e!["name"]!.GetValue<string>() == name)!;
        var json = entry["json"]!.DeepClone().AsObject();
        json["model"] = Root["models"]![json["model"]!.GetValue<int>()]!.DeepClone();
        return json;
    }

    public static T[] Values<T>(this JsonNode node) => [.. node.AsArray().Select(static v => v!.GetValue<T>())];

    private static IEnumerable<TestCaseData> Parts(string family, string member)
        => Root[family]!.AsArray().Select((part, i) =>
        new TestCaseData(new JsonObject { [member] = part!["json"]!.DeepClone() }, part["out"])
            .SetArgDisplayNames($"{i}: {part["json"]!.ToJsonString()}"));
}
