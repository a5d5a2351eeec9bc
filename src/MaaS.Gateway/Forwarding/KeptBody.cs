using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace MaaS.Gateway.Forwarding;

/// <summary>Reads a request's body once, so that several servers can be given it.</summary>
internal static class KeptBody
{
    /// <summary>All of a body; null where it is longer than what is kept: it is then still unread.</summary>
    /// <param name="request">The request.</param>
    /// <param name="most">Longest body that is kept, in bytes.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<byte[]?> ReadAsync(HttpRequest request, long most, CancellationToken cancellationToken)
    {
        while (!(request.ContentLength > most))
        {
            var read = await request.BodyReader.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (read.Buffer.Length > most)
            {
                request.BodyReader.AdvanceTo(read.Buffer.Start);
                break;
            }

            if (read.IsCompleted)
            {
                var bytes = read.Buffer.ToArray();
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return bytes;
            }

            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }

        return null;
    }
}
