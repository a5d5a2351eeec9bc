using System.IO.Compression;

namespace MaaS.Serving.Http.Unpacking;

/// <summary>
/// Unpacks what HTTP calls deflate, a zlib stream (RFC 1950), and throws <see cref="InvalidDataException"/> for
/// anything but one whole stream with its checksum and nothing behind it. <see cref="ZLibStream"/> checks the sum, and
/// takes a stream that is cut off for whole.
/// </summary>
internal sealed class ZlibBody : ReadOnlyStream
{
    private readonly PackedInput _input;
    private readonly ZLibStream _unpacking;

    public ZlibBody(Stream source)
    {
        _input = new PackedInput(source);
        _unpacking = new ZLibStream(_input, CompressionMode.Decompress, leaveOpen: true);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await _unpacking.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        return read > 0 || buffer.IsEmpty ? read
            : _input.IsExhausted ? throw new InvalidDataException("expected a whole zlib stream, the body ends in it")
            : (await _input.PeekAsync(1, cancellationToken).ConfigureAwait(false)).IsEmpty ? 0
            : throw new InvalidDataException("expected nothing behind the zlib stream, got more bytes");
    }

    protected override void Dispose(bool disposing)
    {
        _unpacking.Dispose();
        base.Dispose(disposing);
    }
}
