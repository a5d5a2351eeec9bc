using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Text.Unicode;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;
using MaaS.Serving.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace MaaS.Serving.Http;

/// <summary>A request's body as one pooled, pinned block.</summary>
internal sealed class RequestBody : IDisposable
{
    // What a client declares it may never send: the buffer grows with what has come.
    private const int FirstBlock = 1 << 16;

    // The binary part starts where ONNX Runtime reads it best, whatever the length of the JSON before it.
    private int _start;
    private PinnedBuffer _buffer;
    private int _length;
    private int _jsonLength;

    private RequestBody(int capacity, int jsonLength) => Make(capacity, jsonLength);

    /// <summary>
    /// The JSON part: the whole body unless the reader was told otherwise. Valid until <see cref="Dispose"/>.
    /// </summary>
    public ReadOnlySpan<byte> Json => _buffer.Span.Slice(_start, _jsonLength);

    /// <summary>
    /// What follows the JSON part, to be sliced into tensors without a copy; starts at a multiple of
    /// <see cref="PinnedBuffer.Alignment"/> bytes. Valid until <see cref="Dispose"/>.
    /// </summary>
    public ReadOnlyMemory<byte> Binary => _buffer.Memory.Slice(_start + _jsonLength, _length - _jsonLength);

    /// <summary>Reads the whole body.</summary>
    /// <param name="context">The request.</param>
    /// <param name="limit">Most bytes.</param>
    /// <param name="jsonLength">Bytes of JSON that binary tensors follow; null where all is JSON.</param>
    /// <exception cref="RequestException">
    /// 413: it is larger than <paramref name="limit"/>. 400: it is shorter than its JSON part, or that is no UTF-8.
    /// </exception>
    public static async Task<RequestBody> ReadAsync(HttpContext context, long limit, int? jsonLength = null)
    {
        var declared = context.Request.ContentLength;
        if (declared > limit)
        {
            throw RequestException.TooLarge(limit);
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = limit;
        }

        var body = new RequestBody((int)Math.Min(declared ?? 4096, FirstBlock), jsonLength ?? 0);
        try
        {
            await body.FillAsync(context.Request.BodyReader, limit, context.RequestAborted).ConfigureAwait(false);
            body._jsonLength = jsonLength is null || jsonLength <= body._length ? jsonLength ?? body._length
                : throw RequestException.BadRequest(
                    $"expected {jsonLength} bytes of JSON before the binary tensors, got a body of {body._length}");
            return Utf8.IsValid(body.Json)
                ? body : throw RequestException.BadRequest("expected JSON in UTF-8, got other bytes");
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>Puts the tokens NaN and Infinity in quotes, so that a JSON reader takes them.</summary>
    public void QuoteNonFinite()
    {
        var quoted = NonFinite.Quote(Json);
        if (quoted.IsEmpty)
        {
            return;
        }

        var (before, binary) = (_buffer, Binary);
        Make(quoted.Length + binary.Length, quoted.Length);
        Append(quoted);
        Append(binary.Span);
        _jsonLength = quoted.Length;
        before.Dispose();
    }

    public void Dispose() => _buffer.Dispose();

    [MemberNotNull(nameof(_buffer))]
    private void Make(int capacity, int jsonLength)
    {
        _start = -jsonLength & (PinnedBuffer.Alignment - 1);
        _length = 0;
        _buffer = PinnedBuffer.Rent(_start + capacity);
    }

    private async Task FillAsync(PipeReader pipe, long limit, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (_length + read.Buffer.Length > limit)
            {
                pipe.AdvanceTo(read.Buffer.End);
                throw RequestException.TooLarge(limit);
            }

            foreach (var segment in read.Buffer)
            {
                Append(segment.Span);
            }

            pipe.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        var end = _start + _length;
        if (end + (long)bytes.Length > _buffer.Memory.Length)
        {
            var next = PinnedBuffer.Rent(
                checked(
                    (int)Math.Min(
                        Math.Max(2L * end, end + (long)bytes.Length), Array.MaxLength - PinnedBuffer.Alignment)));
            _buffer.Span[..end].CopyTo(next.Span);
            _buffer.Dispose();
            _buffer = next;
        }

        bytes.CopyTo(_buffer.Span[end..]);
        _length += bytes.Length;
    }
}
