using System.Runtime.CompilerServices;
using System.Threading.Channels;
using MaaS.Serving.Execution;
using MaaS.Serving.Generation;

namespace MaaS.Serving.OpenAi.Completions;

/// <summary>Writes the texts of a request side by side.</summary>
internal sealed class TextRuns(GenerationMetrics metrics)
{
    // So many pieces are computed before a slow client has taken the first of them.
    private const int PiecesAhead = 16;

    /// <summary>Writes texts; whoever asks holds a lease on the model until the last piece.</summary>
    /// <param name="model">The model, for the metrics.</param>
    /// <param name="runner">Its runner.</param>
    /// <param name="jobs">The texts.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="account">Told of each token.</param>
    /// <param name="cancellationToken">Nobody waits any more.</param>
    /// <returns>Pieces of all texts as they come; of each text the last has a finish.</returns>
    /// <remarks>One text that fails ends them all. Nothing runs any more when the last piece was taken, or the
    /// enumeration given up.</remarks>
    /// <inheritdoc
    /// cref="GenerationRunner.RunAsync(string, Core.Generation.GenerationOptions, RequestContext, CancellationToken)"
    /// path="/exception"/>
    public async IAsyncEnumerable<TextPiece> RunAsync(
        ServedModel model, GenerationRunner runner, IReadOnlyList<TextJob> jobs, RequestContext client,
        TokenAccounts.Account account, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pieces = Channel.CreateBounded<TextPiece>(new BoundedChannelOptions(PiecesAhead) { SingleReader = true });
        async Task WriteAsync(int index)
        {
            var measurement = metrics.Begin(model);
            Exception? failure = null;
            try
            {
                await foreach (var piece in runner.RunAsync(
                    jobs[index].Prompt, jobs[index].Options, client, stop.Token).ConfigureAwait(false))
                {
                    measurement.Count();
                    account.Add();
                    await pieces.Writer.WriteAsync(new TextPiece(index, piece), stop.Token).ConfigureAwait(false);
                }
            }
            catch (Exception e)
            {
                // The reader gets the first failure; those that follow are texts that it has ended.
                failure = e;
                pieces.Writer.TryComplete(e);
                await stop.CancelAsync().ConfigureAwait(false);
            }
            finally
            {
                measurement.End(failure);
            }
        }

        async Task WriteAllAsync()
        {
            await Task.WhenAll(Enumerable.Range(0, jobs.Count).Select(WriteAsync)).ConfigureAwait(false);
            pieces.Writer.TryComplete();
        }

        var writing = WriteAllAsync();
        try
        {
            await foreach (var piece in pieces.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return piece;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await writing.ConfigureAwait(false);
        }
    }
}
