using System.Diagnostics;

namespace MaaS.Serving.Http.Unpacking;

/// <summary>
/// Feeds the bytes of a deflate stream to <see cref="System.IO.Compression.DeflateStream"/>, which reads ahead, so that
/// it is known where the stream ended and what follows it.
/// </summary>
/// <remarks>
/// The last <see cref="TailLength"/> bytes of the whole body are fed one at a time: a reader that stops there has used
/// exactly what it was given. Where it stops earlier, more than a checksum follows.
/// </remarks>
internal sealed class PackedInput(Stream source) : ReadOnlyStream
{
    /// <summary>
    /// Longer than the checksum and length that end every coding, and than an empty stream behind them.
    /// </summary>
    public const int TailLength = 64;

    // Half of the block, so that what may be taken back and what follows it have room in it.
    private const int MostFed = 8 << 10;

    private readonly byte[] _block = new byte[2 * MostFed];
    private int _start;
    private int _end;
    private bool _isSourceAtEnd;
    private int _lastFed;

    /// <summary>Whether more was asked for than there is: the stream in it is cut off.</summary>
    public bool IsExhausted { get; private set; }

    private int Held => _end - _start;

    /// <summary>Up to <paramref name="count"/> bytes that were not fed yet; fewer at the end of the body.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> PeekAsync(int count, CancellationToken cancellationToken)
    {
        await FillAsync(count, cancellationToken).ConfigureAwait(false);
        return _block.AsMemory(_start, Math.Min(Held, count));
    }

    /// <summary>Passes over bytes that <see cref="PeekAsync"/> has shown.</summary>
    public void Skip(int count)
    {
        Debug.Assert(count <= Held, "only what was seen is passed over");
        _start += count;
        _lastFed = 0;
    }

    /// <summary>The bytes fed last, of which the reader may have used any number but none.</summary>
    public ReadOnlyMemory<byte> LastFed => _block.AsMemory(_start - _lastFed, _lastFed);

    /// <summary>Takes back bytes of those fed last.</summary>
    public void Return(int count)
    {
        Debug.Assert(count < _lastFed, "at least one of them was used");
        _start -= count;
        _lastFed = 0;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _lastFed = 0; // Whoever asks for more has used them.
        await FillAsync(TailLength + 1, cancellationToken).ConfigureAwait(false);
        if (Held == 0)
        {
            IsExhausted = true;
            return 0;
        }

        // Whether these are the last bytes is known: the source was read until there is more than a tail.
        _lastFed = Math.Min(Math.Min(Held > TailLength ? Held - TailLength : 1, buffer.Length), MostFed);
        _block.AsSpan(_start, _lastFed).CopyTo(buffer.Span);
        _start += _lastFed;
        return _lastFed;
    }

    private async ValueTask FillAsync(int count, CancellationToken cancellationToken)
    {
        while (Held < count && !_isSourceAtEnd)
        {
            // What was fed last stays in front: it may be taken back.
            var kept = _start - _lastFed;
            if (kept > 0 && _end > _block.Length / 2)
            {
                _block.AsSpan(kept, _end - kept).CopyTo(_block);
                (_start, _end) = (_start - kept, _end - kept);
            }

            var read = await source.ReadAsync(_block.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            _isSourceAtEnd = read == 0;
            _end += read;
        }
    }
}
