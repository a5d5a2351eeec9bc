using MaaS.Onnx.Inference;
using MaaS.Text;
using MaaS.Text.Cleaning;


namespace MaaS.Core.Packages;

/// <summary>Turns texts into a network's inputs, in training, evaluation and the server alike. Safe on several
/// threads.</summary>
public sealed class TextEncoder
{
    /// <summary>Names of the inputs, in this order.</summary>
    public const string InputIds = "input_ids", AttentionMask = "attention_mask";

    /// <summary>Name of the input that BERT's networks may have besides: 0 for each token of a single text.</summary>
    public const string TokenTypeIds = "token_type_ids";

    private readonly TextCleaner _cleaner;
    private readonly EncodeOptions _options;

    /// <summary>An encoder.</summary>
    /// <param name="preprocessing">Cleaning and limits.</param>
    /// <param name="tokenizer">Knows a padding token.</param>
    /// <exception cref="ArgumentException">A cleaning step is unknown, or there is no padding token.</exception>
    public TextEncoder(TextPreprocessing preprocessing, Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(preprocessing);
        ArgumentNullException.ThrowIfNull(tokenizer);
        Preprocessing = preprocessing;
        Tokenizer = tokenizer;
        PaddingId = tokenizer.PaddingId ?? throw new ArgumentException(
            "TextEncoder: expected a tokenizer with a padding token, [PAD] or <pad>.", nameof(tokenizer));
        UnknownId = tokenizer.UnknownId;
        _cleaner = new TextCleaner(preprocessing.Cleaning);

        // A mail that writes "[SEP]" writes five characters: what strangers send has no special tokens.
        _options = new EncodeOptions
        {
            SpecialTokensInText = false,
            Padding = Padding.None,
            Truncation = preprocessing.Overlong == OverlongText.Truncate
                ? new Truncation(preprocessing.MaxLength) : Truncation.None,
        };
    }

    /// <summary>Cleaning and limits.</summary>
    public TextPreprocessing Preprocessing { get; }

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>Id of padding, which no text contains.</summary>
    public int PaddingId { get; }

    /// <summary>Id of what the vocabulary does not know; null where it knows everything, as one of bytes
    /// does.</summary>
    public int? UnknownId { get; }

    /// <summary>The same encoder, but that it truncates what it would refuse: for training and evaluation.</summary>
    public TextEncoder Truncating()
        => Preprocessing.Overlong == OverlongText.Refuse
            ? new TextEncoder(Preprocessing with { Overlong = OverlongText.Truncate }, Tokenizer) : this;

    /// <summary>The token ids of a text, special ones included.</summary>
    /// <exception cref="ModelInputException">The text has more tokens than the model takes, and those are
    /// refused.</exception>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return EncodeClean(_cleaner.Clean(text));
    }

    /// <summary>As <see cref="Encode(string)"/> of a text that was cleaned before.</summary>
    public int[] EncodeClean(string text)
    {
        var ids = Tokenizer.Encode(text, options: _options).Ids;
        var most = Preprocessing.MaxLength;
        return ids.Length <= most ? ids
            : Preprocessing.Overlong == OverlongText.KeepEnds ? [.. ids[..(most - (most / 2))], .. ids[^(most / 2)..]]
            : throw new ModelInputException(
                $"expected a text of at most {most} tokens, got {ids.Length}; shorten it, or package the model with "
                    + "overlong texts truncated");
    }

    /// <summary>One text with each of many, two in a row, as the tokenizer's template joins them:
    /// <c>[CLS] a [SEP] b [SEP]</c> of BERT's networks. Of a pair with too many tokens the longer text is cut
    /// first.</summary>
    /// <param name="first">Becomes tokens once, however many pairs it is in.</param>
    /// <param name="seconds">Each becomes tokens when its pair is asked for.</param>
    /// <param name="cancellationToken">Ends the work between texts.</param>
    /// <exception cref="ModelInputException">The pair has more tokens than the model takes, and those are
    /// refused.</exception>
    public IEnumerable<TextPair> EncodePairs(
        string first, IEnumerable<string> seconds, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(seconds);
        return Tokenizer.EncodePairs(_cleaner.Clean(first), seconds.Select(_cleaner.Clean), _options, cancellationToken)
            .Select(pair => pair.Length <= Preprocessing.MaxLength ? new TextPair(pair.Ids, pair.TypeIds)
                : throw new ModelInputException(
                    $"expected two texts of at most {Preprocessing.MaxLength} tokens together, got {pair.Length}; "
                        + "shorten them, or package the model with overlong texts truncated"));
    }

    /// <summary>What keeps the network from reading tokens that somebody else made; null where nothing does.</summary>
    /// <param name="ids">(B, T), int64.</param>
    public string? Mismatch(TensorValue ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (ids.Shape[1] > Preprocessing.MaxLength)
        {
            return $"input '{InputIds}': expected at most {Preprocessing.MaxLength} tokens a row, got {ids.Shape[1]}";
        }

        var values = ids.AsSpan<long>();
        return values.IndexOfAnyExceptInRange(0, Tokenizer.VocabSize - 1) is >= 0 and var unknown
            ? $"input '{InputIds}': expected ids from 0 to {Tokenizer.VocabSize - 1}, got {values[unknown]}"
            : null;
    }

    /// <summary>A batch as tensors, padded to its longest text.</summary>
    /// <param name="texts">At least one.</param>
    /// <param name="multipleOf">What the length of the rows is a multiple of, so that texts of about one length share
    /// runs; the limit may cut it.</param>
    /// <returns><c>input_ids</c> and <c>attention_mask</c>, (texts, longest), int64; the caller owns both.</returns>
    /// <exception cref="ArgumentException">There is no text.</exception>
    /// <exception cref="ModelInputException">A text is too long and refused; the message names its
    /// position.</exception>
    public (TensorValue Ids, TensorValue Mask) EncodeBatch(IReadOnlyList<string> texts, int multipleOf = 1)
        => Pad(EncodeAll(texts), multipleOf);

    /// <summary>Whether a network takes texts as this class encodes them: ids, mask, and perhaps token types.</summary>
    public static bool IsReadBy(IEnumerable<TensorSpec> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var names = inputs.Select(static i => i is { Type: ElementType.Int64, Shape: [_, _] } ? i.Name : "")
            .ToHashSet();
        names.Remove(TokenTypeIds);
        return names.SetEquals([InputIds, AttentionMask]);
    }

    /// <summary>The tensors of a batch in the order of a network's inputs, token types of zero among them where it asks
    /// for them.</summary>
    /// <param name="inputs">Of the network; see <see cref="IsReadBy"/>.</param>
    /// <param name="ids">(B, T), int64.</param>
    /// <param name="mask">(B, T), int64.</param>
    /// <param name="types">(B, T), int64, for networks that have such an input; null for zeros.</param>
    /// <returns>One tensor for each input; the caller owns them.</returns>
    public static TensorValue[] Arrange(
        IReadOnlyList<TensorSpec> inputs, TensorValue ids, TensorValue mask, TensorValue? types = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(ids);
        return
        [
            .. inputs.Select(i => i.Name switch
            {
                InputIds => ids,
                AttentionMask => mask,
                _ => types ?? TensorValue.Of(new long[ids.Count], ids.Shape),
            }),
        ];
    }

    /// <summary>The token ids of each text.</summary>
    /// <exception cref="ModelInputException">A text is too long and refused; the message names its
    /// position.</exception>
    internal int[][] EncodeAll(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var rows = new int[texts.Count][];
        for (var i = 0; i < rows.Length; i++)
        {
            try
            {
                rows[i] = Encode(texts[i]);
            }
            catch (ModelInputException e)
            {
                throw new ModelInputException($"text {i}: {e.Message}", e);
            }
        }

        return rows;
    }

    /// <summary>Token ids as tensors, padded to the longest; what equals <see cref="PaddingId"/> is masked.</summary>
    /// <param name="rows">At least one.</param>
    /// <param name="multipleOf">See <see cref="EncodeBatch"/>.</param>
    /// <exception cref="ArgumentException">There is no row.</exception>
    public (TensorValue Ids, TensorValue Mask) Pad(IReadOnlyList<int[]> rows, int multipleOf = 1)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(multipleOf, 1);
        var longest = rows.Count > 0
            ? Math.Max(1, rows.Max(static r => r.Length))
            : throw new ArgumentException("Text: expected at least one, got none.", nameof(rows));
        longest = Math.Max(
            longest, Math.Min(Preprocessing.MaxLength, (longest + multipleOf - 1) / multipleOf * multipleOf));
        var (ids, mask) = (new long[rows.Count * longest], new long[rows.Count * longest]);
        Array.Fill(ids, PaddingId);
        for (var row = 0; row < rows.Count; row++)
        {
            for (var i = 0; i < rows[row].Length; i++)
            {
                ids[row * longest + i] = rows[row][i];
                mask[row * longest + i] = rows[row][i] == PaddingId ? 0 : 1;
            }
        }

        return (TensorValue.Of(ids, rows.Count, longest), TensorValue.Of(mask, rows.Count, longest));
    }
}
