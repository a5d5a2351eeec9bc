using MaaS.Primitives.Files;
using MaaS.Text.PostProcessors;


namespace MaaS.Text;

/// <summary>Turns text into the token ids that a network reads, and back. Safe for use by many threads.</summary>
/// <remarks>
/// Reads and writes Hugging Face's <c>tokenizer.json</c>. No text makes it throw: lone surrogates count as U+FFFD, and
/// time grows about linearly with a text's length whatever stands in it.
/// </remarks>
public sealed partial class Tokenizer
{
    // What fills up where neither the caller nor tokenizer.json says.
    // Usual names, where no setting says which token it is.
    private static readonly string[] PadTokens = ["[PAD]", "<pad>", "<|pad|>"], UnknownTokens = ["[UNK]", "<unk>"];

    private readonly TokenizerParts _parts;
    private readonly TokenizerPipeline _pipeline;
    private readonly Dictionary<int, AddedToken> _addedById;
    private readonly Dictionary<string, int> _addedIds;
    private readonly Template _single, _pair, _plainSingle, _plainPair;
    private readonly Func<int, string> _token;
    private readonly TokenBytes _tokenBytes;

    internal Tokenizer(TokenizerParts parts)
    {
        _parts = parts;
        _pipeline = new(parts);
        _addedById = new(parts.AddedTokens.Count);
        _addedIds = new(StringComparer.Ordinal);
        foreach (var token in parts.AddedTokens)
        {
            _addedById[token.Id] = token;
            _addedIds[token.Content] = token.Id;
        }

        (_single, _pair) = (
            parts.PostProcessor?.Single ?? Template.PlainSingle, parts.PostProcessor?.Pair ?? Template.PlainPair);
        (_plainSingle, _plainPair) = (_single.WithoutSpecialTokens(), _pair.WithoutSpecialTokens());
        _token = id => IdToToken(id) ?? "";
        _tokenBytes = new(parts.Decoder);
        VocabSize = Math.Max(parts.Model.Vocabulary.Size, _addedById.Keys.DefaultIfEmpty(-1).Max() + 1);
    }

    /// <summary>One more than the largest id: the rows that an embedding table needs.</summary>
    public int VocabSize { get; }

    /// <summary>Tokens that are found before anything else, the special ones among them.</summary>
    public IReadOnlyList<AddedToken> AddedTokens => _parts.AddedTokens;

    /// <summary>The setting of tokenizer.json; null where it has none.</summary>
    public Truncation? Truncation => _parts.Truncation;

    /// <summary>The setting of tokenizer.json; null where it has none.</summary>
    public Padding? Padding => _parts.Padding;

    internal TokenizerParts Parts => _parts;

    /// <summary>The id of a token as the vocabulary writes it; null where it has none.</summary>
    public int? TokenToId(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return _addedIds.TryGetValue(token, out var id) || _parts.Model.Vocabulary.TryGetId(token, out id) ? id : null;
    }

    /// <summary>The token of an id as the vocabulary writes it; null where it has none.</summary>
    public string? IdToToken(int id)
        => _addedById.TryGetValue(id, out var added) ? added.Content : _parts.Model.Vocabulary.Token(id);

    /// <summary>Id of the token that fills short texts: of the tokenizer's own setting, else of a usual name; null
    /// where there is none.</summary>
    public int? PaddingId => Padding?.Id ?? FirstId(PadTokens);

    /// <summary>Id of what the vocabulary does not know; null where it knows everything, as one of bytes
    /// does.</summary>
    public int? UnknownId => FirstId(UnknownTokens);

    /// <summary>The same tokenizer with other settings of its own.</summary>
    /// <exception cref="ArgumentException">Padding names no token and the vocabulary has none of the usual
    /// names.</exception>
    public Tokenizer With(Truncation? truncation, Padding? padding) => new(_parts with
    {
        Truncation = truncation,
        Padding = padding is { MultipleOf: > 0 } ? padding with { Id = PadId(padding) } : null,
    });

    /// <summary>Reads a <c>tokenizer.json</c>.</summary>
    /// <exception cref="InvalidDataException">The file has faults, or a component that is not supported; the error
    /// names it.</exception>
    public static Tokenizer Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return FromJson(File.ReadAllBytes(path));
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <inheritdoc cref="Load(string)"/>
    /// <param name="stream">Read to its end.</param>
    public static Tokenizer Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return FromJson(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
    }

    /// <summary>Reads the content of a <c>tokenizer.json</c>.</summary>
    /// <inheritdoc cref="Load(string)" path="/exception"/>
    public static Tokenizer FromJson(ReadOnlyMemory<byte> utf8) => new(TokenizerJson.Read(utf8));

    /// <summary>The content of a <c>tokenizer.json</c>, in UTF-8.</summary>
    public byte[] ToJson() => TokenizerJson.Write(_parts);

    /// <summary>Writes a <c>tokenizer.json</c>, whole or not at all.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path) => AtomicFile.Write(path, stream => stream.Write(ToJson()));

    /// <summary>Turns token ids back into text.</summary>
    /// <param name="ids">Ids that the tokenizer does not have are left out.</param>
    /// <param name="skipSpecialTokens">Whether [CLS], padding and the like are left out.</param>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = true)
    {
        var tokens = new List<string>(ids.Length);
        foreach (var id in ids)
        {
            if (skipSpecialTokens && _addedById.TryGetValue(id, out var added) && added.Special)
            {
                continue;
            }

            if (IdToToken(id) is { } token)
            {
                tokens.Add(token);
            }
        }

        return _parts.Decoder is { } decoder ? string.Concat(decoder.Decode(tokens)) : string.Join(' ', tokens);
    }

    /// <summary>The bytes of UTF-8 that a token adds to a text that <see cref="Decode"/> gives, which may end within a
    /// character.</summary>
    /// <param name="id">A token.</param>
    /// <param name="first">Whether the text begins with it: some tokenizers leave a space out there.</param>
    /// <returns>Null for special tokens and ids that the tokenizer does not have, which add nothing.</returns>
    public byte[]? BytesOf(int id, bool first = false)
        => IdToToken(id) is { } token && !(_addedById.TryGetValue(id, out var added) && added.Special)
            ? _tokenBytes.Of(token, first) : null;

    /// <summary>Turns several sequences of ids back into text, in parallel.</summary>
    /// <inheritdoc cref="Decode"/>
    public string[] DecodeBatch(IReadOnlyList<int[]> ids, bool skipSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var texts = new string[ids.Count];
        Parallel.For(0, texts.Length, i => texts[i] = Decode(ids[i], skipSpecialTokens));
        return texts;
    }
}
