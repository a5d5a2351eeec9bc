using System.Buffers;
using System.Text.Json;
using MaaS.Serving.Execution;

namespace MaaS.Serving.Http;

/// <summary>A JSON writer over pooled memory; each thread keeps one, for writing JSON is never interrupted.</summary>
internal sealed class JsonBuffer : IBufferWriter<byte>, IDisposable
{
    private const int FirstBlock = 1 << 12;

    // What is written is built by the server, member by member: checking it again would cost time and find nothing.
    private static readonly JsonWriterOptions Options = new() { SkipValidation = true };

    [ThreadStatic]
    private static JsonBuffer? _free;

    private PinnedBuffer? _block;
    private int _written;

    private JsonBuffer() => Writer = new Utf8JsonWriter(this, Options);

    /// <summary>Writes here; flush it before <see cref="Written"/> is read.</summary>
    public Utf8JsonWriter Writer { get; }

    /// <summary>What was written. Valid until <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Written => _block is null ? default : _block.Memory[.._written];

    /// <summary>Takes a writer that nobody uses.</summary>
    public static JsonBuffer Rent()
    {
        var buffer = _free ?? new JsonBuffer();
        _free = null;
        return buffer;
    }

    public void Advance(int count) => _written += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var needed = _written + Math.Max(sizeHint, 256);
        if (_block is null || _block.Memory.Length < needed)
        {
            var next = PinnedBuffer.Rent(
                (int)Math.Min(
                    Math.Max(2L * _written, Math.Max(needed, FirstBlock)), Array.MaxLength - PinnedBuffer.Alignment));
            Written.CopyTo(next.Memory);
            _block?.Dispose();
            _block = next;
        }

        return _block.Memory[_written..];
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Dispose()
    {
        _block?.Dispose();
        (_block, _written) = (null, 0);
        Writer.Reset();
        _free = this;
    }
}
