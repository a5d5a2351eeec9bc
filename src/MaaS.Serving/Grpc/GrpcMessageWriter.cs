using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Google.Protobuf;

namespace MaaS.Serving.Grpc;

/// <summary>Writes length-prefixed messages straight into the connection's buffers.</summary>
/// <param name="body">What the client reads.</param>
/// <param name="isGzip">Whether messages that gain from it are packed.</param>
internal sealed class GrpcMessageWriter(PipeWriter body, bool isGzip)
{
    private const int PrefixLength = 5;

    /// <summary>Sends a message.</summary>
    public async ValueTask WriteAsync(IMessage message, CancellationToken cancellationToken)
    {
        var size = message.CalculateSize();
        if (isGzip && size >= GrpcEncoding.SmallestCompressed)
        {
            var packed = GrpcEncoding.Pack(message.ToByteArray());
            WritePrefix(flag: 1, packed.Length);
            body.Write(packed.Span);
        }
        else
        {
            WritePrefix(flag: 0, size);
            message.WriteTo(body);
        }

        await body.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private void WritePrefix(byte flag, int length)
    {
        var prefix = body.GetSpan(PrefixLength);
        prefix[0] = flag;
        BinaryPrimitives.WriteUInt32BigEndian(prefix[1..], (uint)length);
        body.Advance(PrefixLength);
    }
}
