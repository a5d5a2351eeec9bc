using Google.Protobuf;
using MaaS.Serving.Execution;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Grpc;

/// <summary>One call: its messages, its client and its deadline.</summary>
internal sealed class GrpcCall(
    HttpContext http, RequestContext client, GrpcMessageReader reader, GrpcMessageWriter writer, CancellationToken cancellationToken)
{
    /// <summary>Who asks, how urgently and until when.</summary>
    public RequestContext Client { get; } = client;

    /// <summary>Fires when the client is gone or the deadline has passed.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;

    public HttpContext Http { get; } = http;

    /// <summary>The next message; null at the end of the stream.</summary>
    public ValueTask<T?> ReadAsync<T>(MessageParser<T> parser)
        where T : class, IMessage<T>
        => reader.ReadAsync(parser, CancellationToken);

    /// <summary>The only message of a unary call.</summary>
    /// <exception cref="GrpcException">UNIMPLEMENTED: there is none, or a second one.</exception>
    public async ValueTask<T> ReadOnlyMessageAsync<T>(MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        var message = await ReadAsync(parser).ConfigureAwait(false)
            ?? throw new GrpcException(GrpcStatusCode.Unimplemented, "expected one message, the stream has none");
        return await ReadAsync(parser).ConfigureAwait(false) is null ? message
            : throw new GrpcException(GrpcStatusCode.Unimplemented, "expected one message, the stream has more");
    }

    /// <summary>Sends a message.</summary>
    public ValueTask WriteAsync(IMessage message) => writer.WriteAsync(message, CancellationToken);
}
