using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using MaaS.Serving.Grpc.Schema;

namespace MaaS.Serving.Tests.Security;

/// <summary>gRPC calls by hand, over HTTP/2 with TLS or without.</summary>
internal static class GrpcCalls
{
    public const string Service = "/inference.GRPCInferenceService/";

    /// <summary>Sends messages and gives the status with the messages of the answer.</summary>
    public static async Task<(int Status, string Message, byte[][] Answers)> CallAsync(
        this HttpClient client, Uri address, string path, IMessage[] messages, string? apiKey = null)
    {
        using var content = new ByteArrayContent([.. messages.SelectMany(Frame)]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, path))
        {
            Content = content,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (apiKey is not null)
        {
            request.Headers.Add("X-Api-Key", apiKey);
        }

        using var response = await client.SendAsync(request);
        var body = await response.Content.ReadAsByteArrayAsync();
        var status = Trailer(response, "grpc-status")
            ?? throw new AssertionException($"{path}: expected a gRPC status, got {(int)response.StatusCode}");
        return (
            int.Parse(status, CultureInfo.InvariantCulture), Trailer(response, "grpc-message") ?? "",
            [.. Messages(body)]);
    }

    public static ModelInferRequest Infer(string model) => new()
    {
        ModelName = model,
        Inputs =
        {
            new ModelInferRequest.Types.InferInputTensor
            {
                Name = "x",
                Datatype = "FP32",
                Shape = { 1, 2 },
                Contents = new InferTensorContents { Fp32Contents = { 1, 2 } },
            },
        },
    };

    private static byte[] Frame(IMessage message)
    {
        var bytes = message.ToByteArray();
        var frame = new byte[5 + bytes.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), bytes.Length);
        bytes.CopyTo(frame, 5);
        return frame;
    }

    private static IEnumerable<byte[]> Messages(byte[] body)
    {
        for (var at = 0; at < body.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(at + 1));
            yield return body[(at + 5)..(at + 5 + length)];
            at += 5 + length;
        }
    }

    private static string? Trailer(HttpResponseMessage response, string name)
        => (response.TrailingHeaders.TryGetValues(name, out var values)
            || response.Headers.TryGetValues(name, out values))
            ? Uri.UnescapeDataString(values.Single()) : null;
}
