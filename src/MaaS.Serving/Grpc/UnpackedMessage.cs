using Grpc.Core;
using MaaS.Serving.Http.Unpacking;

namespace MaaS.Serving.Grpc;

/// <summary>The content of a packed message that lies in memory, so that no read ever waits.</summary>
/// <param name="source">Unpacks, and throws where the message is not whole.</param>
/// <param name="limit">Most bytes.</param>
/// <param name="encoding">Name of the packing, for errors.</param>
internal sealed class UnpackedMessage(Stream source, long limit, string encoding) : ReadOnlyStream
{
    private long _length;

    public override int Read(byte[] buffer, int offset, int count)
    {
        var reading = ReadAsync(buffer.AsMemory(offset, count), CancellationToken.None);
        return reading.IsCompleted
            ? reading.Result : throw new InvalidOperationException("expected a message that lies in memory");
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var read = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            _length += read;
            return _length <= limit ? read : throw new RpcException(GrpcFailures.TooLarge(limit));
        }
        catch (InvalidDataException e)
        {
            throw new RpcException(new Status(StatusCode.Internal, $"expected a {encoding} message: {e.Message}", e));
        }
    }

    protected override void Dispose(bool disposing)
    {
        source.Dispose();
        base.Dispose(disposing);
    }
}
