using System.Security.Cryptography;

namespace MaaS.Core.Trust;

/// <summary>An encrypted file as its plain bytes: chunks are opened where they are read, in memory alone, and every one
/// has been checked before the first is handed out.</summary>
internal sealed class UnsealingStream : Stream
{
    private readonly FileStream _file;
    private readonly ChunkCipher _cipher;
    private readonly byte[] _plain = new byte[ChunkCipher.PlainBytes];
    private readonly byte[] _sealed = new byte[ChunkCipher.SealedBytes];
    private readonly long _start, _chunks;
    private long _current = -1, _position;
    private int _currentBytes;

    /// <param name="file">An encrypted file, owned from here on.</param>
    /// <param name="keys">One of them is a recipient's.</param>
    /// <exception cref="InvalidDataException">No key fits, or any byte of the file was changed, moved, added or cut
    /// off.</exception>
    public UnsealingStream(FileStream file, IReadOnlyList<ECDiffieHellman> keys)
    {
        file.Position = 0;
        var (header, key) = SealedHeader.Open(file, keys);
        (_file, _start, _cipher) = (file, header, new ChunkCipher(key));
        try
        {
            var payload = file.Length - _start;
            _chunks = (payload + ChunkCipher.SealedBytes - 1) / ChunkCipher.SealedBytes;
            Length = payload - _chunks * ChunkCipher.TagBytes;
            if (_chunks == 0 || payload - (_chunks - 1) * ChunkCipher.SealedBytes <= ChunkCipher.TagBytes)
            {
                throw new InvalidDataException("the last chunk is cut off");
            }

            for (var number = 0L; number < _chunks; number++)
            {
                Open(number);
            }
        }
        catch
        {
            Clear();
            throw;
        }
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length { get; }

    public override long Position
    {
        get => _position;
        set => _position = value >= 0 ? value
            : throw new IOException($"expected a position of 0 or more, got {value}.");
    }

    public override int Read(Span<byte> buffer)
    {
        if (_position >= Length || buffer.IsEmpty)
        {
            return 0;
        }

        var number = _position / ChunkCipher.PlainBytes;
        if (number != _current)
        {
            Open(number);
        }

        var offset = (int)(_position - number * ChunkCipher.PlainBytes);
        var count = Math.Min(buffer.Length, _currentBytes - offset);
        _plain.AsSpan(offset, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(buffer.Span));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin)
        => Position = offset + origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => _position,
            _ => Length,
        };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Clear();
            _file.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Open(long number)
    {
        _current = -1;
        var start = _start + number * ChunkCipher.SealedBytes;
        var bytes = (int)Math.Min(
            ChunkCipher.SealedBytes, _start + Length + _chunks * ChunkCipher.TagBytes - start);
        if (_file.Position != start)
        {
            _file.Position = start;
        }

        try
        {
            _file.ReadExactly(_sealed, 0, bytes);
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException($"chunk {number} is cut off", e);
        }

        _currentBytes = bytes - ChunkCipher.TagBytes;
        _cipher.Open(number, number == _chunks - 1, _sealed.AsSpan(0, bytes), _plain.AsSpan(0, _currentBytes));
        _current = number;
    }

    private void Clear()
    {
        CryptographicOperations.ZeroMemory(_plain);
        _cipher.Dispose();
    }
}
