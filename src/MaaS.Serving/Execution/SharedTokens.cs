using System.Runtime.CompilerServices;
using MaaS.Core.Generation;
using MaaS.Core.Generation.Batching;
using MaaS.Serving.Faults;

namespace MaaS.Serving.Execution;

/// <summary>Tokens of a model that takes many texts at once.</summary>
/// <param name="engine">Disposed with this.</param>
/// <param name="time">Clock of the deadlines.</param>
internal sealed class SharedTokens(GenerationEngine engine, TimeProvider time) : ITokenSource
{
    public long MaxLength => engine.MaxLength;

    public IReadOnlyCollection<string> Adapters => engine.Adapters;

    public GenerationEngineStatus? Status => engine.Status;

    public async IAsyncEnumerable<GeneratedToken> RunAsync(
        IReadOnlyList<long> prompt, GenerationOptions options, RequestContext client,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Left(client.Deadline), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var tokens = engine.GenerateAsync(prompt, options, client.ClientKey, either.Token)
            .GetAsyncEnumerator(either.Token);
        await using var _ = tokens.ConfigureAwait(false);
        while (await NextAsync(tokens, deadline.Token, cancellationToken).ConfigureAwait(false))
        {
            yield return tokens.Current;
        }
    }

    public void Dispose() => engine.Dispose();

    private static async ValueTask<bool> NextAsync(
        IAsyncEnumerator<GeneratedToken> tokens, CancellationToken deadline, CancellationToken cancellationToken)
    {
        try
        {
            return await tokens.MoveNextAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (
            deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new DeadlineExceededException();
        }
    }

    private TimeSpan Left(long? deadline)
    {
        if (deadline is not { } until)
        {
            return Timeout.InfiniteTimeSpan;
        }

        var left = time.GetElapsedTime(time.GetTimestamp(), until);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
