using System.Runtime.CompilerServices;

namespace MaaS.Core.Generation;

/// <summary>Continues texts with a language model and its tokenizer. May be used from several threads at once.</summary>
/// <param name="start">Begins a session of the model.</param>
/// <param name="encode">Tokens of a text.</param>
/// <param name="decode">Text of tokens, with U+FFFD for bytes that form no character; called with parts of a text.</param>
public sealed class TextGenerator(
    Func<IDecoderSession> start, Func<string, IReadOnlyList<long>> encode, Func<IReadOnlyList<long>, string> decode)
{
    /// <summary>Generates text piece by piece, each computed when it is asked for.</summary>
    /// <param name="prompt">What to continue; is not repeated.</param>
    /// <param name="options">How to choose and when to stop; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <returns>A piece for each token, of which exactly the last has a <see cref="GeneratedText.Finish"/>; a stop token has no text.</returns>
    /// <exception cref="ArgumentException">The prompt has no tokens or too many, or an option is out of its range.</exception>
    public IEnumerable<GeneratedText> Generate(string prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return Pieces(encode(prompt), options ?? new GenerationOptions(), cancellationToken);
    }

    /// <summary>Generates text piece by piece without holding the caller's thread: each step runs on the thread pool.</summary>
    /// <inheritdoc cref="Generate"/>
    public async IAsyncEnumerable<GeneratedText> GenerateAsync(
        string prompt, GenerationOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var pieces = Generate(prompt, options, cancellationToken).GetEnumerator();
        while (await Task.Run(pieces.MoveNext, cancellationToken).ConfigureAwait(false))
        {
            yield return pieces.Current;
        }
    }

    private IEnumerable<GeneratedText> Pieces(IReadOnlyList<long> prompt, GenerationOptions options, CancellationToken cancellationToken)
    {
        using var session = start();
        var decoder = new IncrementalDecoder(decode);
        foreach (var (token, finish) in TokenGenerator.Generate(session, prompt, options, cancellationToken))
        {
            var text = finish == FinishReason.Stop ? "" : decoder.Add(token);
            yield return new GeneratedText(finish == FinishReason.None ? text : text + decoder.Finish(), token, finish);
        }
    }
}
