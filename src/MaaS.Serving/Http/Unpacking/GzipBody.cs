using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace MaaS.Serving.Http.Unpacking;

/// <summary>
/// Unpacks gzip and throws <see cref="InvalidDataException"/> for anything but whole members whose checksum and length
/// are those of their content, up to the last byte. <see cref="GZipStream"/> takes a member that is cut off, and bytes
/// behind one, for whole.
/// </summary>
/// <remarks>RFC 1952: a body may consist of several members.</remarks>
internal sealed class GzipBody(Stream source) : ReadOnlyStream
{
    private const int HeaderLength = 10, TrailerLength = 8;
    private const byte HasHeaderChecksum = 2, HasExtra = 4, HasName = 8, HasComment = 16, Reserved = 0xE0;

    private readonly PackedInput _input = new(source);
    private readonly Crc32 _checksum = new();
    private DeflateStream? _member;
    private uint _length;
    private bool _isAtEnd;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!_isAtEnd && !buffer.IsEmpty)
        {
            if (_member is null)
            {
                await ReadHeaderAsync(cancellationToken).ConfigureAwait(false);
                _member = new DeflateStream(_input, CompressionMode.Decompress, leaveOpen: true);
            }

            var read = await _member.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (read > 0)
            {
                _checksum.Append(buffer.Span[..read]);
                _length += (uint)read; // Modulo 2^32, as the trailer has it.
                return read;
            }

            await _member.DisposeAsync().ConfigureAwait(false);
            _member = null;
            await ReadTrailerAsync(cancellationToken).ConfigureAwait(false);
            _isAtEnd = (await _input.PeekAsync(1, cancellationToken).ConfigureAwait(false)).IsEmpty;
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        _member?.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask ReadHeaderAsync(CancellationToken cancellationToken)
    {
        var header = (await _input.PeekAsync(HeaderLength, cancellationToken).ConfigureAwait(false)).ToArray();
        if (header is not [0x1F, 0x8B, 8, var flags, _, _, _, _, _, _] || (flags & Reserved) != 0)
        {
            throw new InvalidDataException("expected the header of a gzip member, got other bytes");
        }

        _input.Skip(HeaderLength);
        var checksum = new Crc32();
        checksum.Append(header);
        if ((flags & HasExtra) != 0)
        {
            var length = await ReadAsync(2, checksum, cancellationToken).ConfigureAwait(false);
            for (var left = (int)BinaryPrimitives.ReadUInt16LittleEndian(length); left > 0; left--)
            {
                await ReadAsync(1, checksum, cancellationToken).ConfigureAwait(false);
            }
        }

        for (var texts = ((flags & HasName) != 0 ? 1 : 0) + ((flags & HasComment) != 0 ? 1 : 0); texts > 0;)
        {
            texts -= await ReadAsync(1, checksum, cancellationToken).ConfigureAwait(false) is [0] ? 1 : 0;
        }

        if ((flags & HasHeaderChecksum) != 0)
        {
            var expected = (ushort)checksum.GetCurrentHashAsUInt32();
            var stored = await ReadAsync(2, checksum, cancellationToken).ConfigureAwait(false);
            if (BinaryPrimitives.ReadUInt16LittleEndian(stored) != expected)
            {
                throw new InvalidDataException("expected the checksum of the gzip header, got another");
            }
        }

        _checksum.Reset();
        _length = 0;
    }

    private async ValueTask<byte[]> ReadAsync(int count, Crc32 checksum, CancellationToken cancellationToken)
    {
        var bytes = (await _input.PeekAsync(count, cancellationToken).ConfigureAwait(false)).ToArray();
        if (bytes.Length < count)
        {
            throw new InvalidDataException("expected a whole gzip header, the body ends in it");
        }

        checksum.Append(bytes);
        _input.Skip(count);
        return bytes;
    }

    private async ValueTask ReadTrailerAsync(CancellationToken cancellationToken)
    {
        if (_input.IsExhausted)
        {
            throw new InvalidDataException("expected a whole gzip member, the body ends in it");
        }

        var trailer = new byte[TrailerLength];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, _checksum.GetCurrentHashAsUInt32());
        BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(4), _length);

        // Where the deflate stream ended in what was fed last is not told; with another member behind it, its trailer
        // says where.
        var next = (await _input.PeekAsync(TrailerLength, cancellationToken).ConfigureAwait(false)).ToArray();
        byte[] bytes = [.. _input.LastFed.Span, .. next];
        var fed = bytes.Length - next.Length;
        var end = bytes.AsSpan(1).IndexOf(trailer) + 1;
        if (end < 1)
        {
            throw new InvalidDataException(
                "expected the checksum and the length of the gzip member's content, got others");
        }

        if (end < fed)
        {
            _input.Return(fed - end);
        }

        await _input.PeekAsync(TrailerLength, cancellationToken).ConfigureAwait(false);
        _input.Skip(TrailerLength);
    }
}
