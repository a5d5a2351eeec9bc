using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace MaaS.Serving.Http;

/// <summary>
/// Packs answers with gzip or deflate for clients that accept it, where the answer is long enough to gain.
/// </summary>
internal static class ResponsePacking
{
    /// <summary>Runs an endpoint.</summary>
    public static async Task RunAsync(HttpContext context, Func<HttpContext, Task> endpoint)
    {
        var accepted = context.Request.Headers.AcceptEncoding;
        if (accepted.Count == 0 || Choose(accepted) is not { } coding)
        {
            await endpoint(context).ConfigureAwait(false);
            return;
        }

        context.Response.Headers.Vary = HeaderNames.AcceptEncoding;
        var inner = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var body = new PackedBody(context.Response, inner.Stream, coding);
        await using (body.ConfigureAwait(false))
        {
            var feature = new StreamResponseBodyFeature(body, inner);
            context.Features.Set<IHttpResponseBodyFeature>(feature);
            try
            {
                await endpoint(context).ConfigureAwait(false);
                await feature.CompleteAsync().ConfigureAwait(false);
                await body.FinishAsync(context.RequestAborted).ConfigureAwait(false);
            }
            finally
            {
                context.Features.Set(inner);
            }
        }
    }

    /// <summary>The coding that a client likes best; null where it wants none of these.</summary>
    private static string? Choose(IList<string?> accepted)
    {
        if (!StringWithQualityHeaderValue.TryParseList(accepted!, out var codings))
        {
            return null;
        }

        string? best = null;
        var bestQuality = 0.0;
        foreach (var coding in codings)
        {
            var name =
                coding.Value.Value?.ToLowerInvariant() switch
                {
                    "gzip" or "*" => "gzip",
                    "deflate" => "deflate",
                    _ => null
                };
            var quality = coding.Quality ?? 1;
            if (name is not null && (quality > bestQuality || (quality == bestQuality && name == "gzip"))
                && quality > 0)
            {
                (best, bestQuality) = (name, quality);
            }
        }

        return best;
    }

    /// <summary>Holds back the start of an answer until it is clear whether it is long.</summary>
    private sealed class PackedBody(HttpResponse response, Stream inner, string coding) : Stream
    {
        // Packing 1 KiB costs about as much as it saves on the wire.
        private const int SmallestPacked = 1024;

        private readonly MemoryStream _start = new();
        private Stream? _target;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_target is null && _start.Length + buffer.Length < SmallestPacked)
            {
                _start.Write(buffer.Span);
                return;
            }

            await BeginAsync(isPacked: true, cancellationToken).ConfigureAwait(false);
            await _target!.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
            => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        /// <summary>
        /// Who flushes wants the client to see what there is: an answer that is short until then stays as it is.
        /// </summary>
        public override async Task FlushAsync(CancellationToken cancellationToken)
        {
            if (_target is null && _start.Length == 0)
            {
                return;
            }

            await BeginAsync(isPacked: false, cancellationToken).ConfigureAwait(false);
            await _target!.FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        /// <summary>Writes the bytes that are still held back.</summary>
        public async Task FinishAsync(CancellationToken cancellationToken)
        {
            if (_target is null && _start.Length > 0)
            {
                await BeginAsync(isPacked: false, cancellationToken).ConfigureAwait(false);
            }

            if (_target is not null && _target != inner)
            {
                await _target.DisposeAsync().ConfigureAwait(false);
            }
        }

        public override void Flush() => throw new NotSupportedException("expected asynchronous writes");

        public override void Write(byte[] buffer, int offset, int count)
            => throw new NotSupportedException("expected asynchronous writes");

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        private async Task BeginAsync(bool isPacked, CancellationToken cancellationToken)
        {
            if (_target is not null)
            {
                return;
            }

            _target = inner;
            if (isPacked && response.Headers.ContentEncoding.Count == 0)
            {
                response.Headers.ContentEncoding = coding;
                response.ContentLength = null;
                _target = coding == "gzip" ? new GZipStream(inner, CompressionLevel.Fastest, leaveOpen: true)
                    : new ZLibStream(inner, CompressionLevel.Fastest, leaveOpen: true);
            }

            await _target.WriteAsync(
                _start.GetBuffer().AsMemory(0, (int)_start.Length), cancellationToken).ConfigureAwait(false);
        }
    }
}
