using System.Runtime.CompilerServices;
using MaaS.Core.Generation;
using MaaS.Core.Generation.Batching;
using MaaS.Onnx.Inference;
using MaaS.Serving.Faults;

namespace MaaS.Serving.Execution;

/// <summary>Tokens of a model that takes one text at a time: steps of all texts take turns on the threads that run
/// models, so that a long text holds up neither a short one nor another model.</summary>
/// <param name="start">Begins a text by itself.</param>
/// <param name="maxLength">Longest sequence in tokens.</param>
/// <param name="decoder">What texts begin with; disposed with this.</param>
/// <param name="threads">Where steps run.</param>
/// <param name="time">Clock of the deadlines.</param>
internal sealed class TokensInTurns(
    Func<IDecoderSession> start, long maxLength, IDisposable decoder, ComputeThreads threads, TimeProvider time)
    : ITokenSource
{
    public long MaxLength => maxLength;

    public GenerationEngineStatus? Status => null;

    public async IAsyncEnumerable<GeneratedToken> RunAsync(
        IReadOnlyList<long> prompt, GenerationOptions options, RequestContext client,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (options.Adapter is { } adapter)
        {
            throw new ModelInputException(
                $"generation: expected no adapter, for the model has none, got '{adapter}'.");
        }

        using var session = start();
        using var tokens = TokenGenerator.Generate(session, prompt, options, cancellationToken).GetEnumerator();
        while (await StepAsync(tokens, client.Deadline).ConfigureAwait(false))
        {
            yield return tokens.Current;
        }
    }

    public void Dispose() => decoder.Dispose();

    /// <summary>
    /// Computes one token. A step is never left alone: the session below is not to be freed while it runs.
    /// </summary>
    private Task<bool> StepAsync(IEnumerator<GeneratedToken> tokens, long? deadline)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        threads.Start(() =>
        {
            try
            {
                done.SetResult(
                    time.GetTimestamp() > deadline ? throw new DeadlineExceededException() : tokens.MoveNext());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }
}
