using System.Text.Json;
using MaaS.Text.Components;
using MaaS.Text.Models;

namespace MaaS.Text.PostProcessors;

/// <summary>Texts and special tokens in an order of the user's.</summary>
internal sealed class TemplateProcessor : IPostProcessor
{
    public const string TypeName = "TemplateProcessing";

    private readonly Entry[] _single, _pair;
    private readonly Dictionary<string, (int[] Ids, string[] Tokens)> _special;

    private TemplateProcessor(Entry[] single, Entry[] pair, Dictionary<string, (int[] Ids, string[] Tokens)> special)
    {
        (_single, _pair, _special) = (single, pair, special);
        (Single, Pair) = (Resolve(single), Resolve(pair));
    }

    public string Name => TypeName;

    public Template Single { get; }

    public Template Pair { get; }

    /// <summary><c>first A last</c> and <c>first A last B last</c>, the latter B and last of type 1.</summary>
    public static TemplateProcessor Bert(SpecialToken first, SpecialToken last) => new(
        [new(first.Token, false, 0), new("A", true, 0), new(last.Token, false, 0)],
        [new(first.Token, false, 0), new("A", true, 0), new(last.Token, false, 0), new("B", true, 1),
            new(last.Token, false, 1)],
        new[] { first, last }.DistinctBy(static t => t.Token)
            .ToDictionary(static t => t.Token, static t => (new[] { t.Id }, new[] { t.Token })));

    public static TemplateProcessor Read(ComponentJson json)
    {
        Dictionary<string, (int[], string[])> special = new(StringComparer.Ordinal);
        if (json.Member("special_tokens") is { IsNull: false } tokens)
        {
            foreach (var (name, token) in tokens.Members())
            {
                special[name] = ([.. token.Member("ids").Items().Select(static i => i.AsInt())],
                    [.. token.Member("tokens").Items().Select(static t => t.AsString())]);
            }
        }

        var single = ReadTemplate(json.Member("single"), special, "A");
        return new(single, ReadTemplate(json.Member("pair"), special, "AB"), special);
    }

    public void WriteMembers(Utf8JsonWriter writer)
    {
        WriteTemplate(writer, "single", _single);
        WriteTemplate(writer, "pair", _pair);
        writer.WriteStartObject("special_tokens");
        foreach (var (name, (ids, tokens)) in _special.OrderBy(static s => s.Key, StringComparer.Ordinal))
        {
            writer.WriteStartObject(name);
            writer.WriteString("id", name);
            writer.WriteStartArray("ids");
            foreach (var id in ids)
            {
                writer.WriteNumberValue(id);
            }

            writer.WriteEndArray();
            writer.WriteStartArray("tokens");
            foreach (var token in tokens)
            {
                writer.WriteStringValue(token);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    public void AdjustOrigins(TokenRun run, Func<int, string> token)
    {
        // They are right.
    }

    private Template Resolve(Entry[] entries) => new([.. entries.Select(e =>
        e.IsText
            ? new TemplateItem(e.Id == "A" ? 0 : 1, [], e.TypeId)
            : new TemplateItem(null, _special[e.Id].Ids, e.TypeId))]);

    private static Entry[] ReadTemplate(ComponentJson json, Dictionary<string, (int[], string[])> special, string texts)
    {
        Entry[] entries = [.. json.Items().Select(static item =>
            item.Member("Sequence") is { IsNull: false } text
                ? new Entry(text.String("id"), true, text.Int("type_id", 0))
                : new Entry(
                    item.Member("SpecialToken").String("id"), false, item.Member("SpecialToken").Int("type_id", 0)))];
        if (entries.FirstOrDefault(e => !e.IsText && !special.ContainsKey(e.Id)) is { } unknown)
        {
            throw new InvalidDataException(
                $"tokenizer.json: {json.Path}: expected '{unknown.Id}' among special_tokens.");
        }

        var used = string.Concat(
            entries.Where(static e => e.IsText).Select(static e => e.Id).Order(StringComparer.Ordinal));
        return used == texts ? entries
            : throw new InvalidDataException(
                $"tokenizer.json: {json.Path}: expected each of the texts '{texts}' once, got '{used}'.");
    }

    private static void WriteTemplate(Utf8JsonWriter writer, string name, Entry[] entries)
    {
        writer.WriteStartArray(name);
        foreach (var entry in entries)
        {
            writer.WriteStartObject();
            writer.WriteStartObject(entry.IsText ? "Sequence" : "SpecialToken");
            writer.WriteString("id", entry.Id);
            writer.WriteNumber("type_id", entry.TypeId);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private sealed record Entry(string Id, bool IsText, int TypeId);
}
