using System.Buffers;
using System.Text.Unicode;
using MaaS.Serving.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace MaaS.Serving.Http;

/// <summary>A request's body as one pooled block.</summary>
internal sealed class RequestBody : IDisposable
{
    // What a client declares it may never send: the buffer grows with what has come.
    private const int FirstBlock = 1 << 16;

    private byte[] _buffer;
    private int _length;
    private int _jsonLength;

    private RequestBody(int capacity) => _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    /// <summary>The JSON part: the whole body unless the reader was told otherwise. Valid until <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<byte> Json => _buffer.AsSpan(0, _jsonLength);

    /// <summary>What follows the JSON part, to be sliced into tensors without a copy. Valid until <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Binary => _buffer.AsMemory(_jsonLength, _length - _jsonLength);

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

        var body = new RequestBody((int)Math.Min((declared ?? 4096) + 1, FirstBlock));
        try
        {
            var stream = context.Request.Body;
            int read;
            while ((read = await stream.ReadAsync(body._buffer.AsMemory(body._length), context.RequestAborted).ConfigureAwait(false)) > 0)
            {
                body._length += read;
                if (body._length > limit)
                {
                    throw RequestException.TooLarge(limit);
                }

                if (body._length == body._buffer.Length)
                {
                    body.Replace(body._buffer.AsSpan(), checked(body._buffer.Length * 2L));
                }
            }

            body._jsonLength = jsonLength is null || jsonLength <= body._length ? jsonLength ?? body._length
                : throw RequestException.BadRequest($"expected {jsonLength} bytes of JSON before the binary tensors, got a body of {body._length}");
            return Utf8.IsValid(body.Json) ? body : throw RequestException.BadRequest("expected JSON in UTF-8, got other bytes");
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

        var binary = Binary.Span;
        var next = ArrayPool<byte>.Shared.Rent(quoted.Length + binary.Length);
        quoted.CopyTo(next);
        binary.CopyTo(next.AsSpan(quoted.Length));
        ArrayPool<byte>.Shared.Return(_buffer);
        (_buffer, _jsonLength, _length) = (next, quoted.Length, quoted.Length + binary.Length);
    }

    public void Dispose()
    {
        var buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Replace(ReadOnlySpan<byte> bytes, long capacity)
    {
        var next = ArrayPool<byte>.Shared.Rent((int)Math.Min(capacity, Array.MaxLength));
        bytes.CopyTo(next);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = next;
    }
}
