using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using MaaS.Serving.Http.Unpacking;

namespace MaaS.Serving.Grpc;

/// <summary>The message encodings of this server: <c>identity</c> and <c>gzip</c>.</summary>
internal static class GrpcEncoding
{
    public const string Identity = "identity";

    public const string Gzip = "gzip";

    /// <summary>Value of <c>grpc-accept-encoding</c>.</summary>
    public const string Accepted = "identity,gzip";

    // Below this, compressing costs more than the bytes on the wire.
    public const int SmallestCompressed = 1024;

    /// <summary>Unpacks a message.</summary>
    /// <exception cref="GrpcException">INTERNAL: it is no gzip; RESOURCE_EXHAUSTED: it is larger than the limit, unpacked.</exception>
    public static async ValueTask<ReadOnlySequence<byte>> UnpackAsync(ReadOnlySequence<byte> packed, long limit, CancellationToken cancellationToken)
    {
        var unpacked = new ArrayBufferWriter<byte>();
        var gzip = new GzipBody(PipeReader.Create(packed).AsStream());
        await using (gzip.ConfigureAwait(false))
        {
            try
            {
                int read;
                while ((read = await gzip.ReadAsync(unpacked.GetMemory(4096), cancellationToken).ConfigureAwait(false)) > 0)
                {
                    unpacked.Advance(read);
                    if (unpacked.WrittenCount > limit)
                    {
                        throw TooLarge(limit);
                    }
                }
            }
            catch (InvalidDataException e)
            {
                throw new GrpcException(GrpcStatusCode.Internal, $"expected a gzip message: {e.Message}", e);
            }
        }

        return new ReadOnlySequence<byte>(unpacked.WrittenMemory);
    }

    /// <summary>Packs a message.</summary>
    public static ReadOnlyMemory<byte> Pack(ReadOnlySpan<byte> message)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(message);
        }

        return packed.GetBuffer().AsMemory(0, (int)packed.Length);
    }

    public static GrpcException TooLarge(long limit)
        => new(GrpcStatusCode.ResourceExhausted, $"expected a message of at most {limit} bytes, got more");
}
