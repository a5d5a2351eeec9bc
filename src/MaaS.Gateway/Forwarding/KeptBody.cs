using System.Buffers;
using MaaS.Gateway.Requests;
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
        if (request.ContentLength > most)
        {
            return null;
        }

        var read = await BodyStart.WaitAsync(request, bytes => bytes.Length > most, cancellationToken)
            .ConfigureAwait(false);
        if (!read.IsCompleted || read.Buffer.Length > most)
        {
            request.BodyReader.AdvanceTo(read.Buffer.Start);
            return null;
        }

        var body = read.Buffer.ToArray();
        request.BodyReader.AdvanceTo(read.Buffer.End);
        return body;
    }
}
