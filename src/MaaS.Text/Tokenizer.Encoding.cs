using MaaS.Text.Models;
using MaaS.Text.PostProcessors;


namespace MaaS.Text;

/// <content>Encoding of one and of many texts.</content>
public sealed partial class Tokenizer
{
    /// <summary>Turns a text, or two that belong together, into token ids.</summary>
    /// <param name="text">May be empty.</param>
    /// <param name="pair">The second text; null for none.</param>
    /// <param name="options">Null for special tokens and the tokenizer's own truncation and padding.</param>
    /// <exception cref="ArgumentException">The options leave no room for special tokens, or for the text that may be
    /// cut.</exception>
    public TokenEncoding Encode(string text, string? pair = null, EncodeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        options ??= EncodeOptions.Default;
        var encoding = EncodeUnpadded(text, pair, options);
        return (options.Padding ?? Padding) is { MultipleOf: > 0 } padding
            ? Pad(encoding, padding.Target(encoding.Length), padding) : encoding;
    }

    /// <summary>Token ids of a whole text, neither cut nor padded, whatever the tokenizer's file says of
    /// lengths.</summary>
    /// <param name="text">May be empty.</param>
    /// <param name="options">Null for special tokens; padding and truncation are of no account.</param>
    public long[] EncodeWhole(string text, EncodeOptions? options = null) => Array.ConvertAll(
        Encode(text, options: (options ?? EncodeOptions.Default) with
        {
            Padding = Padding.None,
            Truncation = Truncation.None,
        }).Ids,
        static id => (long)id);

    /// <summary>Turns texts into token ids, in parallel.</summary>
    /// <param name="texts">May be empty.</param>
    /// <param name="options">Null for special tokens and the tokenizer's own truncation and padding.</param>
    /// <param name="cancellationToken">Ends the work between texts.</param>
    /// <inheritdoc cref="Encode" path="/exception"/>
    public TokenEncoding[] EncodeBatch(
        IReadOnlyList<string> texts, EncodeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return EncodeAll(texts.Count, i => (texts[i], null), options, cancellationToken);
    }

    /// <summary>Turns pairs of texts into token ids, in parallel.</summary>
    /// <param name="pairs">First and second text of each; a second of null is none.</param>
    /// <inheritdoc cref="EncodeBatch(IReadOnlyList{string}, EncodeOptions, CancellationToken)"/>
    public TokenEncoding[] EncodeBatch(
        IReadOnlyList<(string Text, string? Pair)> pairs, EncodeOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        return EncodeAll(pairs.Count, i => pairs[i], options, cancellationToken);
    }

    /// <summary>Joins one text with each of many, as <see cref="Encode"/> does two, but reads it once. What truncation
    /// cuts off is left out: <see cref="TokenEncoding.Overflow"/> is empty.</summary>
    /// <param name="text">The first text of each pair.</param>
    /// <param name="pairs">The second ones; each is read when its encoding is asked for.</param>
    /// <param name="options">Null for special tokens and the tokenizer's own truncation. Nothing is padded.</param>
    /// <param name="cancellationToken">Ends the work between texts.</param>
    /// <inheritdoc cref="Encode" path="/exception"/>
    public IEnumerable<TokenEncoding> EncodePairs(
        string text, IEnumerable<string> pairs, EncodeOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(pairs);
        return EncodeEach(text, pairs, options ?? EncodeOptions.Default, cancellationToken);
    }

    private IEnumerable<TokenEncoding> EncodeEach(
        string text, IEnumerable<string> pairs, EncodeOptions options, CancellationToken cancellationToken)
    {
        var workspace = TokenizerWorkspace.Rent();
        cancellationToken.ThrowIfCancellationRequested();
        Tokenize(text, workspace.First, workspace, new SpecialTokens(options));
        var template = TemplateFor(isPair: true, options.AddSpecialTokens);
        foreach (var pair in pairs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Tokenize(pair, workspace.Second, workspace, SecondText(options));
            yield return EncodingAssembly.Assemble(
                workspace.First, workspace.Second, template, options.Truncation ?? Truncation, _token,
                withOverflow: false);
        }

        TokenizerWorkspace.Return(workspace);
    }

    private TokenEncoding[] EncodeAll(
        int count, Func<int, (string Text, string? Pair)> texts, EncodeOptions? options,
        CancellationToken cancellationToken)
    {
        options ??= EncodeOptions.Default;
        var encodings = new TokenEncoding[count];
        void EncodeOne(int i)
        {
            var (text, pair) = texts(i);
            encodings[i] = EncodeUnpadded(
                text ?? throw new ArgumentException($"EncodeBatch: expected texts, got null at {i}."), pair, options);
        }

        try
        {
            Parallel.For(0, count, new ParallelOptions { CancellationToken = cancellationToken }, EncodeOne);
        }
        catch (AggregateException e) when (e.InnerExceptions[0] is ArgumentException first)
        {
            // What one text alone would have thrown.
            throw new ArgumentException(first.Message, e);
        }

        if ((options.Padding ?? Padding) is { MultipleOf: > 0 } padding)
        {
            var length = padding.Target(encodings.Select(static e => e.Length).DefaultIfEmpty().Max());
            for (var i = 0; i < count; i++)
            {
                encodings[i] = Pad(encodings[i], length, padding);
            }
        }

        return encodings;
    }

    private TokenEncoding EncodeUnpadded(string text, string? pair, EncodeOptions options)
    {
        var workspace = TokenizerWorkspace.Rent();
        Tokenize(text, workspace.First, workspace, new SpecialTokens(options));
        if (pair is not null)
        {
            Tokenize(pair, workspace.Second, workspace, SecondText(options));
        }

        var encoding = EncodingAssembly.Assemble(
            workspace.First, pair is null ? null : workspace.Second,
            TemplateFor(pair is not null, options.AddSpecialTokens),
            options.Truncation ?? Truncation, _token);
        TokenizerWorkspace.Return(workspace);
        return encoding;
    }

    private void Tokenize(string text, TokenRun run, TokenizerWorkspace workspace, SpecialTokens special)
    {
        run.Clear();
        _pipeline.Run(text, run, workspace, special);
        _parts.PostProcessor?.AdjustOrigins(run, _token);
    }

    // The places are those of the first text.
    private static SpecialTokens SecondText(EncodeOptions options) => new(options.SpecialTokensInText, Breaks: null);

    private Template TemplateFor(bool isPair, bool withSpecial) =>
        isPair ? withSpecial ? _pair : _plainPair : withSpecial ? _single : _plainSingle;

    private TokenEncoding Pad(TokenEncoding encoding, int length, Padding padding)
        => encoding.Padded(length, padding, PadId(padding));

    private int PadId(Padding padding) =>
        padding.Id ?? PaddingId
        ?? throw new ArgumentException(
            $"padding: expected one of the tokens {string.Join(", ", PadTokens)}; the vocabulary has none, set "
                + "Padding.Id.");

    private int? FirstId(IEnumerable<string> tokens)
        => tokens.Select(TokenToId).FirstOrDefault(static id => id is not null);
}
