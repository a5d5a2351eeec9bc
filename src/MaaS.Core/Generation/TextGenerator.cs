using System.Runtime.CompilerServices;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Text;

namespace MaaS.Core.Generation;

/// <summary>Continues texts with a language model and its tokenizer. May be used from several threads at
/// once.</summary>
public sealed class TextGenerator : IDisposable
{
    /// <summary>Name of the tokenizer's file in a package.</summary>
    public const string TokenizerFile = "tokenizer.json";

    /// <summary>Name of the file with a small network that guesses tokens ahead, in packages that have one.</summary>
    public const string DraftFile = "draft.onnx";

    private readonly Func<IDecoderSession> _start;
    private readonly Func<string, IReadOnlyList<long>> _encode;
    private readonly Func<IReadOnlyList<long>, string> _decode;
    private readonly IReadOnlyList<long> _stopTokens;
    private readonly IDisposable? _owned;

    /// <summary>A generator over any model and any way to cut texts.</summary>
    /// <param name="start">Begins a session of the model.</param>
    /// <param name="encode">Tokens of a text.</param>
    /// <param name="decode">Text of tokens, with U+FFFD for bytes that form no character; called with parts of a
    /// text.</param>
    /// <param name="stopTokens">Tokens that always end a text; null for none.</param>
    /// <param name="owned">Disposed with the generator; null for nothing.</param>
    public TextGenerator(
        Func<IDecoderSession> start, Func<string, IReadOnlyList<long>> encode, Func<IReadOnlyList<long>, string> decode,
        IReadOnlyList<long>? stopTokens = null, IDisposable? owned = null)
        => (_start, _encode, _decode, _stopTokens, _owned) = (start, encode, decode, stopTokens ?? [], owned);

    /// <summary>A generator over any model.</summary>
    /// <param name="start">Begins a session of the model.</param>
    /// <param name="tokenizer">The model's own.</param>
    /// <param name="stopTokens">Tokens that always end a text; null for none.</param>
    /// <param name="owned">Disposed with the generator; null for nothing.</param>
    public TextGenerator(
        Func<IDecoderSession> start, Tokenizer tokenizer, IReadOnlyList<long>? stopTokens = null,
        IDisposable? owned = null)
        : this(
            start,
            text => tokenizer.EncodeWhole(text),
            tokens => tokenizer.Decode([.. tokens.Select(static t => (int)t)]),
            stopTokens,
            owned)
        => ArgumentNullException.ThrowIfNull(tokenizer);

    /// <summary>Opens a package of a language model.</summary>
    /// <param name="path">A package folder or a <c>.maas</c> file with <c>tokenizer.json</c> and generation
    /// settings.</param>
    /// <param name="options">Threads; null for the defaults.</param>
    /// <param name="cancellationToken">Stops between two files.</param>
    /// <exception cref="InvalidDataException">The package is damaged or of another task, or its network is no decoder
    /// with a cache.</exception>
    public static async Task<TextGenerator> OpenAsync(
        string path, InferenceOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var package = await ModelPackage.OpenAsync(path, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        if (package.Manifest is not { Task: ModelManifest.TextGeneration, Generation: { } settings }
            || !package.Manifest.Files.ContainsKey(TokenizerFile))
        {
            throw new InvalidDataException(
                $"{path}: expected task '{ModelManifest.TextGeneration}' with generation settings and {TokenizerFile}, "
                    + $"got task '{package.Manifest.Task}' with "
                + $"{(package.Manifest.Generation is null ? "no" : "some")} settings and "
                + $"[{string.Join(", ", package.Manifest.Files.Keys)}].");
        }

        var tokenizer = await TokenizerOfAsync(package, cancellationToken).ConfigureAwait(false);
        return Create(
            await package.LoadNetworkAsync(null, options, cancellationToken).ConfigureAwait(false), tokenizer,
            settings);
    }

    /// <summary>The tokenizer of a package of a language model.</summary>
    /// <param name="package">Has <c>tokenizer.json</c>.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">The tokenizer is missing or cannot be used.</exception>
    public static async Task<Tokenizer> TokenizerOfAsync(
        ModelPackage package, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(package);
        return package.Manifest.Files.ContainsKey(TokenizerFile)
            ? Tokenizer.FromJson(await package.ReadAsync(TokenizerFile, cancellationToken).ConfigureAwait(false))
            : throw new InvalidDataException(
                $"{package.Location}: expected a {TokenizerFile} beside the network, found none.");
    }

    /// <summary>A generator over a network that is loaded already.</summary>
    /// <param name="model">A decoder with a cache; owned by the generator from now on.</param>
    /// <param name="tokenizer">The model's own.</param>
    /// <param name="settings">Longest sequence and stop tokens.</param>
    /// <exception cref="InvalidDataException">The network is no decoder with a cache; it is disposed.</exception>
    public static TextGenerator Create(InferenceModel model, Tokenizer tokenizer, GenerationSettings settings)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(settings);
        try
        {
            if (DecoderGraph.Fits(model))
            {
                var graph = new DecoderGraph(model);
                return new TextGenerator(
                    () => graph.Start(settings.MaxLength), tokenizer, settings.StopTokens, graph);
            }

            var decoder = new OnnxDecoder(model, settings.MaxLength);
            return new TextGenerator(decoder.Start, tokenizer, settings.StopTokens, decoder);
        }
        catch (ArgumentException e)
        {
            model.Dispose();
            throw new InvalidDataException(e.Message, e);
        }
    }

    /// <summary>Generates text piece by piece, each computed when it is asked for.</summary>
    /// <param name="prompt">What to continue; is not repeated.</param>
    /// <param name="options">How to choose and when to stop; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <returns>A piece for each token, of which exactly the last has a <see cref="GeneratedText.Finish"/>; a stop
    /// token has no text.</returns>
    /// <exception cref="ModelInputException">The prompt has no tokens, or too many.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public IEnumerable<GeneratedText> Generate(
        string prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return Generate(_encode(prompt), options, cancellationToken);
    }

    /// <inheritdoc cref="Generate(string, GenerationOptions?, CancellationToken)"/>
    /// <param name="prompt">Tokens to continue; they are not repeated.</param>
    public IEnumerable<GeneratedText> Generate(
        IReadOnlyList<long> prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        options ??= new GenerationOptions();
        return Pieces(
            prompt, options with { StopTokens = [.. options.StopTokens, .. _stopTokens] }, cancellationToken);
    }

    /// <summary>Generates text piece by piece without holding the caller's thread: each step runs on the thread
    /// pool.</summary>
    /// <inheritdoc cref="Generate(string, GenerationOptions?, CancellationToken)"/>
    public async IAsyncEnumerable<GeneratedText> GenerateAsync(
        string prompt, GenerationOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var pieces = Generate(prompt, options, cancellationToken).GetEnumerator();
        while (await Task.Run(pieces.MoveNext, cancellationToken).ConfigureAwait(false))
        {
            yield return pieces.Current;
        }
    }

    /// <summary>Frees the network; steps under way finish first.</summary>
    public void Dispose() => _owned?.Dispose();

    private IEnumerable<GeneratedText> Pieces(
        IReadOnlyList<long> prompt, GenerationOptions options, CancellationToken cancellationToken)
    {
        using var session = _start();
        var text = new TextAssembly(_decode, options.StopTexts, prompt);
        foreach (var token in TokenGenerator.Generate(session, prompt, options, cancellationToken))
        {
            var piece = text.Add(token);
            yield return piece;
            if (piece.Finish != FinishReason.None)
            {
                yield break;
            }
        }
    }
}
