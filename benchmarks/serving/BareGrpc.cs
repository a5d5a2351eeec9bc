using System.Buffers;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace MaaS.Benchmarks.Serving;

/// <summary>The frame of an answer of the bare server: the protocol's message, of which only the ten logits at its end
/// differ from one answer to the next.</summary>
internal static class BareGrpc
{
    private const int LogitsBytes = 10 * sizeof(float);

    private static readonly byte[] Head = GrpcRequest.Frame(GrpcRequest.Message(static answer =>
    {
        var tensor = GrpcRequest.Message(static tensor =>
        {
            GrpcRequest.Write(tensor, 1, ByteString.CopyFromUtf8("output"));
            GrpcRequest.Write(tensor, 2, ByteString.CopyFromUtf8("FP32"));
            GrpcRequest.Write(tensor, 3, ByteString.CopyFrom(1, 10));
        });
        GrpcRequest.Write(answer, 1, ByteString.CopyFromUtf8("conv"));
        GrpcRequest.Write(answer, 2, ByteString.CopyFromUtf8("1"));
        GrpcRequest.Write(answer, 5, ByteString.CopyFrom(tensor));
        GrpcRequest.Write(answer, 6, ByteString.CopyFrom(new byte[LogitsBytes]));
    }))[..^LogitsBytes];

    /// <summary>Writes an answer whose status is OK.</summary>
    public static async Task WriteAsync(HttpContext context, byte[] logits)
    {
        context.Response.ContentType = "application/grpc";
        context.Response.BodyWriter.Write(Head);
        context.Response.BodyWriter.Write(logits);
        context.Response.AppendTrailer("grpc-status", "0");
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }
}
