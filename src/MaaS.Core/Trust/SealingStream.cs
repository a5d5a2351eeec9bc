using System.Security.Cryptography;

namespace MaaS.Core.Trust;

/// <summary>Encrypts what is written; the target gets a whole file with <see cref="Complete"/>.</summary>
internal sealed class SealingStream : Stream
{
    private readonly Stream _target;
    private readonly ChunkCipher _cipher;
    private readonly byte[] _plain = new byte[ChunkCipher.PlainBytes];
    private readonly byte[] _sealed = new byte[ChunkCipher.SealedBytes];
    private int _filled;
    private long _number;

    /// <param name="target">Stays open.</param>
    /// <param name="recipients">Who can open it.</param>
    public SealingStream(Stream target, IReadOnlyList<ECDiffieHellman> recipients)
    {
        var (header, key) = SealedHeader.Create(recipients);
        (_target, _cipher) = (target, new ChunkCipher(key));
        target.Write(header);
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            if (_filled == _plain.Length)
            {
                Seal(isLast: false);   // Only now is it known that more comes.
            }

            var count = Math.Min(buffer.Length, _plain.Length - _filled);
            buffer[..count].CopyTo(_plain.AsSpan(_filled));
            _filled += count;
            buffer = buffer[count..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Writes the last chunk.</summary>
    public void Complete() => Seal(isLast: true);

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        CryptographicOperations.ZeroMemory(_plain);
        _cipher.Dispose();
        base.Dispose(disposing);
    }

    private void Seal(bool isLast)
    {
        _cipher.Seal(_number++, isLast, _plain.AsSpan(0, _filled), _sealed);
        _target.Write(_sealed, 0, _filled + ChunkCipher.TagBytes);
        _filled = 0;
    }
}
