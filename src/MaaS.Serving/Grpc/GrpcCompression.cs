using System.IO.Compression;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Compression;
using MaaS.Serving.Http.Unpacking;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Grpc;

/// <summary>
/// A message encoding. Unlike those that the library brings, it takes whole messages alone and none that is larger than
/// the limit once it is unpacked.
/// </summary>
internal sealed class GrpcCompression : ICompressionProvider
{
    // Below this, compressing costs more than the bytes on the wire.
    private const int SmallestPacked = 1024;

    private readonly Func<Stream, CompressionLevel, Stream> _pack;
    private readonly Func<Stream, Stream> _unpack;
    private readonly long _limit;

    private GrpcCompression(
        string name, long limit, Func<Stream, CompressionLevel, Stream> pack, Func<Stream, Stream> unpack)
        => (EncodingName, _limit, _pack, _unpack) = (name, limit, pack, unpack);

    public string EncodingName { get; }

    /// <summary>All of them.</summary>
    /// <param name="limit">Largest message, in bytes.</param>
    public static GrpcCompression[] All(long limit) =>
    [
        new("gzip", limit, static (s, level) => new GZipStream(s, level, leaveOpen: true), static s => new GzipBody(s)),
        new(
            "deflate", limit, static (s, level) => new ZLibStream(s, level, leaveOpen: true),
            static s => new ZlibBody(s)),
    ];

    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel)
        => _pack(stream, compressionLevel ?? CompressionLevel.Fastest);

    public Stream CreateDecompressionStream(Stream stream)
        => new UnpackedMessage(_unpack(stream), _limit, EncodingName);

    /// <summary>
    /// Answers packed who packs as well: every client accepts gzip; only one that packs its own messages wants to pay
    /// for it.
    /// </summary>
    /// <param name="call">The call, of which nothing was sent yet.</param>
    /// <param name="http">The request that carries it.</param>
    /// <param name="answer">The answer; null where there will be several.</param>
    public static Task AnswerInKindAsync(ServerCallContext call, HttpContext http, IMessage? answer = null)
    {
        var headers = http.Request.Headers;
        if (headers.TryGetValue("grpc-encoding", out var named) && named is [("gzip" or "deflate") and { } encoding]
            && headers.GetCommaSeparatedValues("grpc-accept-encoding").Contains(encoding, StringComparer.Ordinal)
            && (answer is null || answer.CalculateSize() >= SmallestPacked))
        {
            return call.WriteResponseHeadersAsync(new Metadata { { "grpc-internal-encoding-request", encoding } });
        }

        return Task.CompletedTask;
    }
}
