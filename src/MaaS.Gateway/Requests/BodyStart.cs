using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace MaaS.Gateway.Requests;

/// <summary>Looks at the beginning of a request's body, which stays where it is.</summary>
internal static class BodyStart
{
    /// <summary>The first bytes of a body.</summary>
    /// <param name="request">The request.</param>
    /// <param name="most">How many, at most.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The bytes, and whether they are the whole body.</returns>
    public static async Task<(byte[] Bytes, bool IsWhole)> PeekAsync(
        HttpRequest request, int most, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (read.Buffer.Length > most || read.IsCompleted)
            {
                var bytes = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, most)).ToArray();
                var isWhole = read.IsCompleted && read.Buffer.Length <= most;
                request.BodyReader.AdvanceTo(read.Buffer.Start);
                return (bytes, isWhole);
            }

            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
