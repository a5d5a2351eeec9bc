using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace MaaS.Gateway.Requests;

/// <summary>Looks at the beginning of a request's body, which stays where it is.</summary>
internal static class BodyStart
{
    /// <summary>The first bytes of a body.</summary>
    /// <param name="request">The request.</param>
    /// <param name="most">How many, at most.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <param name="suffices">Whether these bytes are enough, though more may come; null waits for
    /// <paramref name="most"/> and one more.</param>
    /// <returns>The bytes, and whether they are the whole body.</returns>
    public static async Task<(byte[] Bytes, bool IsWhole)> PeekAsync(
        HttpRequest request, int most, CancellationToken cancellationToken,
        Func<ReadOnlySequence<byte>, bool>? suffices = null)
    {
        var read = await WaitAsync(
            request, bytes => bytes.Length > most || suffices?.Invoke(bytes) == true, cancellationToken)
            .ConfigureAwait(false);
        var bytes = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, most)).ToArray();
        var isWhole = read.IsCompleted && read.Buffer.Length <= most;
        request.BodyReader.AdvanceTo(read.Buffer.Start);
        return (bytes, isWhole);
    }

    /// <summary>Waits for the beginning of a body.</summary>
    /// <param name="request">The request.</param>
    /// <param name="suffices">Whether these bytes are enough.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>What is there once it is enough, the body ends, or somebody cancels the read; the caller advances the
    /// reader.</returns>
    public static async Task<ReadResult> WaitAsync(
        HttpRequest request, Func<ReadOnlySequence<byte>, bool> suffices, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (read.IsCompleted || read.IsCanceled || suffices(read.Buffer))
            {
                return read;
            }

            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
