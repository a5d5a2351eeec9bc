using System.Runtime.CompilerServices;
using MaaS.Core.Generation;
using MaaS.Core.Packages;
using MaaS.Serving.Faults;
using MaaS.Text;

namespace MaaS.Serving.Execution;

/// <summary>
/// Continues texts with one loaded model. Steps of all texts take turns on the threads that run models, so that a long
/// text holds up neither a short one nor another model.
/// </summary>
/// <param name="name">The model, for errors.</param>
/// <param name="generator">Disposed with this.</param>
/// <param name="tokenizer">The model's own.</param>
/// <param name="settings">Longest sequence and stop tokens.</param>
/// <param name="threads">Where steps run.</param>
/// <param name="limit">Most texts at once: each keeps keys and values of its tokens.</param>
/// <param name="time">Clock of the deadlines.</param>
internal sealed class GenerationRunner(
    string name, TextGenerator generator, Tokenizer tokenizer, GenerationSettings settings, ComputeThreads threads,
    int limit, TimeProvider time) : IDisposable
{
    private int _active;

    /// <summary>The model's own tokenizer.</summary>
    public Tokenizer Tokenizer => tokenizer;

    /// <summary>Longest sequence in tokens, the prompt included.</summary>
    public long MaxLength => settings.MaxLength;

    /// <summary>Tokens that always end a text.</summary>
    public IReadOnlyList<long> StopTokens => settings.StopTokens;

    /// <inheritdoc cref="RunAsync(IReadOnlyList{long}, GenerationOptions, RequestContext, CancellationToken)"/>
    /// <param name="prompt">Text to continue.</param>
    public IAsyncEnumerable<GeneratedText> RunAsync(
        string prompt, GenerationOptions options, RequestContext client, CancellationToken cancellationToken)
        => RunAsync(
            Array.ConvertAll(tokenizer.Encode(prompt).Ids, static id => (long)id), options, client, cancellationToken);

    /// <summary>Continues a text; whoever asks holds a lease on the model until the last piece.</summary>
    /// <param name="prompt">Tokens to continue.</param>
    /// <param name="options">How to choose and when to stop; the model's own stop tokens are added.</param>
    /// <param name="client">Who asks, and until when.</param>
    /// <param name="cancellationToken">Nobody waits any more.</param>
    /// <exception cref="QueueFullException">As many texts are under way as may.</exception>
    /// <exception cref="Onnx.Inference.ModelInputException">The prompt has no tokens, or too many.</exception>
    /// <exception cref="DeadlineExceededException">The deadline passed before the next piece.</exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async IAsyncEnumerable<GeneratedText> RunAsync(
        IReadOnlyList<long> prompt, GenerationOptions options, RequestContext client,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref _active) > limit)
            {
                throw new QueueFullException(
                    $"model '{name}': expected at most {limit} texts at once, got one more; try later");
            }

            using var pieces = generator.Generate(prompt, options, cancellationToken).GetEnumerator();
            while (await StepAsync(pieces, client.Deadline).ConfigureAwait(false))
            {
                yield return pieces.Current;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _active);
        }
    }

    public void Dispose() => generator.Dispose();

    /// <summary>
    /// Computes one piece. A step is never left alone: the session below is not to be freed while it runs.
    /// </summary>
    private Task<bool> StepAsync(IEnumerator<GeneratedText> pieces, long? deadline)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        threads.Start(() =>
        {
            try
            {
                done.SetResult(
                    time.GetTimestamp() > deadline ? throw new DeadlineExceededException() : pieces.MoveNext());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }
}
