using System.IO.Compression;
using MaaS.Serving.Faults;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Http.Unpacking;

/// <summary>
/// Takes request bodies that are packed with gzip, deflate or brotli, and only whole ones. Whoever reads the body
/// limits its size, unpacked.
/// </summary>
/// <remarks>The middleware of ASP.NET Core takes bodies that are cut off for whole.</remarks>
internal static class RequestUnpacking
{
    private const string Accepted = "gzip, deflate, br";

    /// <summary>Unpacks what is read from now on.</summary>
    /// <exception cref="RequestException">415: another coding.</exception>
    public static void Apply(HttpContext context)
    {
        var coding = context.Request.Headers.ContentEncoding;
        if (coding.Count == 0)
        {
            return;
        }

        var packed = context.Request.Body;
        var unpacked = Unpack(coding.ToString(), packed) ?? throw Unknown(context, coding.ToString());
        if (unpacked != packed)
        {
            context.Response.RegisterForDisposeAsync(unpacked);
            context.Request.Body = unpacked;
        }
    }

    /// <summary>What a body holds.</summary>
    /// <param name="coding">As <c>Content-Encoding</c> has it.</param>
    /// <param name="packed">The body.</param>
    /// <returns>The same stream where nothing is packed; else one whose reading throws <see cref="RequestException"/>
    /// for what cannot be unpacked. Null for an unknown coding.</returns>
    public static Stream? Unpack(string coding, Stream packed) => coding.ToLowerInvariant() switch
    {
        "" or "identity" => packed,
        "gzip" or "x-gzip" => new UnpackedBody(new GzipBody(packed)),
        "deflate" => new UnpackedBody(new ZlibBody(packed)),
        "br" => new UnpackedBody(new BrotliBody(packed)),
        _ => null,
    };

    private static RequestException Unknown(HttpContext context, string coding)
    {
        context.Response.Headers.AcceptEncoding = Accepted;
        return new RequestException(
            FaultKind.UnsupportedEncoding, $"Content-Encoding: expected one of {Accepted}, got '{coding}'");
    }

    /// <summary>Says what is wrong with bytes that cannot be unpacked.</summary>
    private sealed class UnpackedBody(Stream unpacking) : ReadOnlyStream
    {
        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await unpacking.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (
                e is InvalidDataException || (e is IOException && e.GetType().Assembly == typeof(ZLibStream).Assembly))
            {
                // zlib has an error of its own, which is not public, for a stream that needs a dictionary.
                throw new RequestException(
                    $"expected a whole body in the coding that Content-Encoding names: {e.Message}", e);
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                unpacking.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
