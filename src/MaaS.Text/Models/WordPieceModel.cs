using System.Text.Json;
using MaaS.Text.Components;

namespace MaaS.Text.Models;

/// <summary>Takes the longest token that a word starts with, then the longest that goes on from there, and so
/// on.</summary>
/// <remarks>Devlin et al. 2018; a walk over a trie instead of a lookup for each length.</remarks>
internal sealed class WordPieceModel : ITokenModel
{
    public const string TypeName = "WordPiece";

    public const string DefaultPrefix = "##";

    public const int DefaultMaxChars = 100;

    private readonly CharTrie _trie = new();
    private readonly string _unknown, _prefix;
    private readonly int _unknownId, _continuation, _maxChars;

    /// <param name="vocabulary">Holds <paramref name="unknown"/>.</param>
    /// <param name="unknown">Stands for a word that no tokens make up.</param>
    /// <param name="prefix">Marks tokens that go on within a word.</param>
    /// <param name="maxChars">Words of more code points are unknown.</param>
    public WordPieceModel(
        Vocabulary vocabulary, string unknown = "[UNK]", string prefix = DefaultPrefix, int maxChars = DefaultMaxChars)
    {
        (Vocabulary, _unknown, _prefix, _maxChars) = (vocabulary, unknown, prefix, maxChars);
        _unknownId = vocabulary.Require(unknown, "WordPiece: unk_token");
        _continuation = _trie.Insert(prefix);
        foreach (var (token, id) in vocabulary.Ids)
        {
            if (token.Length > 0)
            {
                _trie.Add(token, id);
            }
        }
    }

    public string Name => TypeName;

    public Vocabulary Vocabulary { get; }

    public static WordPieceModel Read(ComponentJson json) => new(
        Vocabulary.Read(json.Member("vocab")),
        json.String("unk_token", "[UNK]"),
        json.String("continuing_subword_prefix", DefaultPrefix),
        json.Int("max_input_chars_per_word", DefaultMaxChars));

    public void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("unk_token", _unknown);
        writer.WriteString("continuing_subword_prefix", _prefix);
        writer.WriteNumber("max_input_chars_per_word", _maxChars);
        Vocabulary.Write(writer, "vocab");
    }

    public void Tokenize(ReadOnlySpan<char> word, TokenRun run)
    {
        if (IsTooLong(word))
        {
            run.AddPart(_unknownId, 0, word.Length);
            return;
        }

        if (Vocabulary.TryGetId(word, out var whole))
        {
            run.AddPart(whole, 0, word.Length);
            return;
        }

        var before = run.Count;
        for (var start = 0; start < word.Length;)
        {
            var (id, end) = Longest(word, start);
            if (id == CharTrie.None)
            {
                run.CutTo(before);
                run.AddPart(_unknownId, 0, word.Length);
                return;
            }

            run.AddPart(id, start, end);
            start = end;
        }
    }

    private (int Id, int End) Longest(ReadOnlySpan<char> word, int start)
    {
        var node = start == 0 ? CharTrie.Root : _continuation;
        var (id, end) = (CharTrie.None, start);
        for (var i = start; i < word.Length; i++)
        {
            node = _trie.Next(node, word[i]);
            if (node == CharTrie.None)
            {
                break;
            }

            if (_trie.Value(node) is >= 0 and var value)
            {
                (id, end) = (value, i + 1);
            }
        }

        return (id, end);
    }

    private bool IsTooLong(ReadOnlySpan<char> word)
    {
        if (word.Length <= _maxChars)
        {
            return false;
        }

        if (word.Length > 2L * _maxChars)
        {
            return true;
        }

        var codePoints = word.Length;
        foreach (var unit in word)
        {
            if (char.IsLowSurrogate(unit))
            {
                codePoints--;
            }
        }

        return codePoints > _maxChars;
    }
}
