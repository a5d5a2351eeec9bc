using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Http;

/// <summary>Takes request bodies that are packed with gzip or deflate. Whoever reads the body limits its size, unpacked.</summary>
internal static class RequestUnpacking
{
    private const string Accepted = "gzip, deflate";

    /// <summary>Unpacks what is read from now on.</summary>
    /// <exception cref="RequestException">415: another coding.</exception>
    public static void Apply(HttpContext context)
    {
        var coding = context.Request.Headers.ContentEncoding;
        if (coding.Count == 0)
        {
            return;
        }

        var packed = context.Request.Body;
        switch (coding.ToString().ToLowerInvariant())
        {
            case "" or "identity":
                break;
            case "gzip" or "x-gzip":
                context.Request.Body = new UnpackedBody(new GZipStream(packed, CompressionMode.Decompress, leaveOpen: true));
                break;
            case "deflate":
                context.Request.Body = new UnpackedBody(new ZLibStream(packed, CompressionMode.Decompress, leaveOpen: true));
                break;
            default:
                context.Response.Headers.AcceptEncoding = Accepted;
                throw new RequestException(StatusCodes.Status415UnsupportedMediaType, $"Content-Encoding: expected one of {Accepted}, got '{coding}'");
        }
    }

    /// <summary>Says what is wrong with bytes that cannot be unpacked.</summary>
    private sealed class UnpackedBody(Stream unpacking) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await unpacking.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
            catch (InvalidDataException e)
            {
                throw new RequestException("expected a body in the coding that Content-Encoding names, got other bytes", e);
            }
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
            => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("expected asynchronous reads");

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
