using System.Text.Json;
using MaaS.Text.Components;

namespace MaaS.Text.Models;

/// <summary>Byte-pair encoding: a word's characters, merged pair by pair in the order in which training found the
/// pairs.</summary>
/// <remarks>Sennrich et al. 2016. With the ByteLevel pre-tokenizer the characters are bytes, as in GPT-2.</remarks>
internal sealed class BpeModel : ITokenModel
{
    public const string TypeName = "BPE";

    private const int MaxCachedLength = 64;

    private readonly BpeOptions _options;
    private readonly IReadOnlyList<(string First, string Second)> _merges;
    private readonly Dictionary<ulong, BpeMerge> _table;
    private readonly BpeSymbols _symbols;
    private readonly WordCache _cache = new();

    public BpeModel(
        Vocabulary vocabulary, IReadOnlyList<(string First, string Second)> merges, BpeOptions? options = null)
    {
        (Vocabulary, _merges, _options) = (vocabulary, merges, options ?? new());
        _symbols = new(vocabulary, _options);
        _table = new(merges.Count);
        for (var rank = 0; rank < merges.Count; rank++)
        {
            var (first, second) = merges[rank];
            var rest = second.StartsWith(_options.ContinuingPrefix, StringComparison.Ordinal)
                ? second[_options.ContinuingPrefix.Length..] : second;
            var place = $"BPE: merges[{rank}]";
            var pair = BpeMerge.Key(vocabulary.Require(first, place), vocabulary.Require(second, place));
            _table[pair] = new(rank, vocabulary.Require(first + rest, place));
        }
    }

    public string Name => TypeName;

    public Vocabulary Vocabulary { get; }

    public static BpeModel Read(ComponentJson json)
    {
        var dropout = json.Member("dropout");
        if (!dropout.IsNull && dropout.AsDouble() != 0)
        {
            throw new InvalidDataException(
                $"tokenizer.json: {dropout.Path}: dropout is not supported; set it to null.");
        }

        return new(
            Vocabulary.Read(json.Member("vocab")),
            [.. json.Member("merges").Items().Select(ReadMerge)],
            new()
            {
                Unknown = json.StringOrNull("unk_token"),
                ContinuingPrefix = json.String("continuing_subword_prefix", ""),
                WordSuffix = json.String("end_of_word_suffix", ""),
                FuseUnknown = json.Bool("fuse_unk", false),
                ByteFallback = json.Bool("byte_fallback", false),
                IgnoreMerges = json.Bool("ignore_merges", false),
            });
    }

    public void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteNull("dropout");
        writer.WriteString("unk_token", _options.Unknown);
        writer.WriteString("continuing_subword_prefix", _options.ContinuingPrefix);
        writer.WriteString("end_of_word_suffix", _options.WordSuffix);
        writer.WriteBoolean("fuse_unk", _options.FuseUnknown);
        writer.WriteBoolean("byte_fallback", _options.ByteFallback);
        writer.WriteBoolean("ignore_merges", _options.IgnoreMerges);
        Vocabulary.Write(writer, "vocab");
        WriteMerges(writer);
    }

    public void Tokenize(ReadOnlySpan<char> word, TokenRun run)
    {
        if (word.Length > MaxCachedLength)
        {
            Replay(Parts(word), run);
            return;
        }

        ref var slot = ref _cache.Slot(word);
        var entry = Volatile.Read(ref slot);
        if (entry is null || !word.SequenceEqual(entry.Word))
        {
            entry = new(word.ToString(), Parts(word).ToArray());
            Volatile.Write(ref slot, entry);
        }

        Replay(entry.Parts, run);
    }

    private ReadOnlySpan<BpePart> Parts(ReadOnlySpan<char> word) =>
        _options.IgnoreMerges && Vocabulary.TryGetId(word, out var id)
            ? new BpePart[] { new(id, 0, word.Length) }
            : BpeMerging.Merge(_symbols.Of(word), _table);

    private static void Replay(ReadOnlySpan<BpePart> parts, TokenRun run)
    {
        foreach (var part in parts)
        {
            run.AddPart(part.Id, part.Start, part.End);
        }
    }

    // "a b" in older files, ["a", "b"] in newer ones.
    private static (string First, string Second) ReadMerge(ComponentJson merge)
    {
        if (merge.Element.ValueKind == JsonValueKind.Array)
        {
            return merge.Items().ToArray() is [var first, var second]
                ? (first.AsString(), second.AsString()) : throw merge.Fault("two tokens");
        }

        return merge.AsString().Split(' ') is [{ Length: > 0 } left, { Length: > 0 } right]
            ? (left, right) : throw merge.Fault("two tokens with a space between");
    }

    // The older form would not tell where such a token begins or ends.
    private static bool IsNoWord(string token) => token.Length == 0 || token.Contains(' ');

    private void WriteMerges(Utf8JsonWriter writer)
    {
        var needsPairs = _merges.Any(static m => IsNoWord(m.First) || IsNoWord(m.Second));
        writer.WriteStartArray("merges");
        foreach (var (first, second) in _merges)
        {
            if (!needsPairs)
            {
                writer.WriteStringValue($"{first} {second}");
                continue;
            }

            writer.WriteStartArray();
            writer.WriteStringValue(first);
            writer.WriteStringValue(second);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }
}
