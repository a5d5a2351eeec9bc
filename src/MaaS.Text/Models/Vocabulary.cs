using System.Text.Json;
using MaaS.Text.Components;

namespace MaaS.Text.Models;

/// <summary>Tokens and their ids.</summary>
internal sealed class Vocabulary
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
    private readonly Dictionary<int, string> _tokens;

    /// <param name="ids">Owned by the vocabulary from now on.</param>
    public Vocabulary(Dictionary<string, int> ids)
    {
        _ids = ids;
        _bySpan = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _tokens = new(ids.Count);
        foreach (var (token, id) in ids)
        {
            if (id < 0)
            {
                throw new InvalidDataException($"vocabulary: '{token}': expected an id from 0, got {id}.");
            }

            if (!_tokens.TryAdd(id, token))
            {
                throw new InvalidDataException(
                    $"vocabulary: expected an id of its own for each token, got {id} for '{_tokens[id]}' and "
                    + $"'{token}'.");
            }
        }
    }

    public int Count => _ids.Count;

    /// <summary>One more than the largest id.</summary>
    public int Size => _tokens.Count == 0 ? 0 : _tokens.Keys.Max() + 1;

    public IReadOnlyDictionary<string, int> Ids => _ids;

    public bool TryGetId(ReadOnlySpan<char> token, out int id) => _bySpan.TryGetValue(token, out id);

    public string? Token(int id) => _tokens.GetValueOrDefault(id);

    /// <summary>The id of a token that a component needs.</summary>
    /// <exception cref="InvalidDataException">The vocabulary has it not.</exception>
    public int Require(string token, string user) =>
        _ids.TryGetValue(token, out var id) ? id
            : throw new InvalidDataException(
                $"{user}: expected the token '{token}' in the vocabulary of {Count} tokens; name the right one or add "
                    + "it.");

    /// <summary>Reads an object of ids by token.</summary>
    public static Vocabulary Read(ComponentJson json)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (token, id) in json.Members())
        {
            if (!ids.TryAdd(token, id.AsInt()))
            {
                throw new InvalidDataException(
                    $"tokenizer.json: {json.Path}: expected each token once, got '{token}' twice.");
            }
        }

        return new Vocabulary(ids);
    }

    public void Write(Utf8JsonWriter writer, string name)
    {
        writer.WriteStartObject(name);
        foreach (var (token, id) in _ids.OrderBy(static t => t.Value))
        {
            writer.WriteNumber(token, id);
        }

        writer.WriteEndObject();
    }
}
