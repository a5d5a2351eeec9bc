using System.Runtime.CompilerServices;
using MaaS.Core.Generation;
using MaaS.Core.Generation.Batching;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Serving.Faults;
using MaaS.Text;

namespace MaaS.Serving.Execution;

/// <summary>Continues texts with one loaded model.</summary>
/// <param name="name">The model, for errors.</param>
/// <param name="source">Where tokens come from; disposed with this.</param>
/// <param name="tokenizer">The model's own.</param>
/// <param name="settings">Longest sequence and stop tokens.</param>
/// <param name="rows">Most texts that are under way at once.</param>
/// <param name="waiting">Most texts that wait for their turn besides.</param>
internal sealed class GenerationRunner(
    string name, ITokenSource source, Tokenizer tokenizer, GenerationSettings settings, int rows, int waiting)
    : IDisposable
{
    private readonly Places _places = new(name, rows, waiting);

    /// <summary>The model's own tokenizer.</summary>
    public Tokenizer Tokenizer => tokenizer;

    /// <summary>Longest sequence in tokens, the prompt included.</summary>
    public long MaxLength => source.MaxLength;

    /// <summary>Most texts of one caller, those that wait for their turn included.</summary>
    public long MaxTexts => _places.Share;

    /// <summary>Most UTF-16 units of a prompt.</summary>
    public int MaxTextLength { get; init; } = ModelOptions.DefaultMaxTextLength;

    /// <summary>Tokens that always end a text.</summary>
    public IReadOnlyList<long> StopTokens => settings.StopTokens;

    /// <summary>Names of the adapters that texts may be written with.</summary>
    public IReadOnlyCollection<string> Adapters => source.Adapters;

    /// <summary>What goes on where texts share the model; null where they take turns.</summary>
    public GenerationEngineStatus? Status => source.Status;

    /// <summary>The tokens of a prompt. A setting of tokenizer.json that cuts texts or fills them up is for other
    /// uses and does not hold here: a prompt is whole, and nothing follows it.</summary>
    /// <param name="text">Text to continue.</param>
    /// <param name="options">Which special tokens there are; null for those that the model's texts begin with.</param>
    /// <exception cref="ModelInputException">The text is longer than <see cref="MaxTextLength"/>.</exception>
    public long[] Encode(string text, EncodeOptions? options = null)
        => text.Length <= MaxTextLength ? tokenizer.EncodeWhole(text, options)
            : throw new ModelInputException(
                $"{name}: expected a prompt of at most {MaxTextLength} characters, its {nameof(MaxTextLength)}, got "
                    + $"{text.Length}.");

    /// <inheritdoc cref="RunAsync(IReadOnlyList{long}, GenerationOptions, RequestContext, CancellationToken)"/>
    /// <param name="prompt">Text to continue.</param>
    public IAsyncEnumerable<GeneratedText> RunAsync(
        string prompt, GenerationOptions options, RequestContext client, CancellationToken cancellationToken)
        => RunAsync(Encode(prompt), options, client, cancellationToken);

    /// <summary>Continues a text; whoever asks holds a lease on the model until the last piece.</summary>
    /// <param name="prompt">Tokens to continue.</param>
    /// <param name="options">How to choose and when to stop; the model's own stop tokens are added.</param>
    /// <param name="client">Who asks, and until when.</param>
    /// <param name="cancellationToken">Nobody waits any more.</param>
    /// <exception cref="QueueFullException">As many texts are under way or wait as may.</exception>
    /// <exception cref="ModelInputException">The prompt has no tokens, or too many.</exception>
    /// <exception cref="DeadlineExceededException">The deadline passed before the next piece.</exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async IAsyncEnumerable<GeneratedText> RunAsync(
        IReadOnlyList<long> prompt, GenerationOptions options, RequestContext client,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var place = _places.Take(client.ClientKey);
        var text = new TextAssembly(
            tokens => tokenizer.Decode([.. tokens.Select(static t => (int)t)]), options.StopTexts, prompt);
        var tokens = source.RunAsync(
            prompt, options with { StopTokens = [.. options.StopTokens, .. settings.StopTokens] }, client,
            cancellationToken);
        await foreach (var token in tokens.ConfigureAwait(false))
        {
            var piece = text.Add(token);
            yield return piece;
            if (piece.Finish != FinishReason.None)
            {
                yield break;
            }
        }
    }

    public void Dispose() => source.Dispose();
}
