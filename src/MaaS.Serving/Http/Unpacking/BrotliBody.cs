using System.Buffers;
using System.IO.Compression;

namespace MaaS.Serving.Http.Unpacking;

/// <summary>
/// Unpacks brotli (RFC 7932) and throws <see cref="InvalidDataException"/> for anything but one whole stream with
/// nothing behind it. The coding has no checksum.
/// </summary>
internal sealed class BrotliBody(Stream source) : ReadOnlyStream
{
    private readonly byte[] _block = new byte[8 << 10];
    private BrotliDecoder _decoder;
    private int _start;
    private int _end;
    private bool _isAtEnd;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!_isAtEnd && !buffer.IsEmpty)
        {
            var status = _decoder.Decompress(_block.AsSpan(_start.._end), buffer.Span, out var used, out var written);
            _start += used;
            switch (status)
            {
                case OperationStatus.InvalidData:
                    throw new InvalidDataException("expected a brotli stream, got other bytes");
                case OperationStatus.Done:
                    _isAtEnd = true;
                    if (_start < _end || await FillAsync(cancellationToken).ConfigureAwait(false))
                    {
                        throw new InvalidDataException("expected nothing behind the brotli stream, got more bytes");
                    }

                    break;
                case OperationStatus.NeedMoreData when written == 0 && !await FillAsync(cancellationToken)
                    .ConfigureAwait(false):
                    throw new InvalidDataException("expected a whole brotli stream, the body ends in it");
            }

            if (written > 0)
            {
                return written;
            }
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        _decoder.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        _start = 0;
        _end = await source.ReadAsync(_block, cancellationToken).ConfigureAwait(false);
        return _end > 0;
    }
}
