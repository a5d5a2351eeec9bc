using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Google.Protobuf;

namespace MaaS.Serving.Grpc;

/// <summary>Reads length-prefixed messages: a flag byte (1 where packed), the length as big-endian uint32, the bytes.</summary>
/// <param name="body">What the client sends; a message may come in any number of pieces.</param>
/// <param name="isGzip">Whether the client announced gzip.</param>
/// <param name="limit">Largest message, in bytes, packed and unpacked.</param>
internal sealed class GrpcMessageReader(PipeReader body, bool isGzip, long limit)
{
    private const int PrefixLength = 5;

    /// <summary>The next message; null at the end of the stream.</summary>
    /// <exception cref="GrpcException">The bytes are no message, or more than the limit.</exception>
    public async ValueTask<T?> ReadAsync<T>(MessageParser<T> parser, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = read.Buffer;
            if (TryFrame(buffer, out var frame, out var isPacked))
            {
                var message = isPacked ? await GrpcEncoding.UnpackAsync(frame, limit, cancellationToken).ConfigureAwait(false) : frame;
                var parsed = Parse(parser, message);
                body.AdvanceTo(frame.End);
                return parsed;
            }

            if (read.IsCompleted)
            {
                return buffer.IsEmpty ? null
                    : throw new GrpcException(GrpcStatusCode.Internal, $"expected a whole message, the stream ended after {buffer.Length} bytes of it");
            }

            body.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private bool TryFrame(ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> frame, out bool isPacked)
    {
        frame = default;
        isPacked = false;
        if (buffer.Length < PrefixLength)
        {
            return false;
        }

        Span<byte> prefix = stackalloc byte[PrefixLength];
        buffer.Slice(0, PrefixLength).CopyTo(prefix);
        isPacked = prefix[0] switch
        {
            0 => false,
            1 when isGzip => true,
            1 => throw new GrpcException(GrpcStatusCode.Internal, "expected the header grpc-encoding with a packed message, it is missing or identity"),
            var flag => throw new GrpcException(GrpcStatusCode.Internal, $"expected 0 or 1 as a message's flag, got {flag}"),
        };
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (length > limit)
        {
            throw GrpcEncoding.TooLarge(limit);
        }

        if (buffer.Length < PrefixLength + length)
        {
            return false;
        }

        frame = buffer.Slice(PrefixLength, length);
        return true;
    }

    private static T Parse<T>(MessageParser<T> parser, ReadOnlySequence<byte> message)
        where T : class, IMessage<T>
    {
        try
        {
            return parser.ParseFrom(message);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidOperationException or IndexOutOfRangeException)
        {
            // The parser throws the others where a number is cut off.
            throw new GrpcException(GrpcStatusCode.Internal, $"expected a {typeof(T).Name}, got other bytes", e);
        }
    }
}
