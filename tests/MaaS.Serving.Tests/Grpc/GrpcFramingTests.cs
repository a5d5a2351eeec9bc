using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using MaaS.Serving.Grpc.Schema;

namespace MaaS.Serving.Tests.Grpc;

/// <summary>Frames, headers and trailers as no well-behaved client would send them, over plain HTTP/2.</summary>
public sealed class GrpcFramingTests : ServerFixture
{
    private const string Infer = "/inference.GRPCInferenceService/ModelInfer";
    private const string Live = "/inference.GRPCInferenceService/ServerLive";

    private Uri? _address;

    [SetUp]
    public void UseTheServerOfAll() => _address = Server.GrpcAddress;

    [Test]
    public async Task Call_FrameInPieces_IsReadWhole()
    {
        var frame = Frame(Same(1, 2, 3));
        using var content = new PiecesContent([.. frame.Chunk(7)]);

        var (status, _, body) = await PostAsync(Infer, content);

        Assert.That(status, Is.Zero);
        Assert.That(ModelInferResponse.Parser.ParseFrom(body.AsSpan(5)).RawOutputContents[0].ToByteArray(), Is.EqualTo(Same(1, 2, 3).RawInputContents[0].ToByteArray()));
    }

    [Test]
    public async Task Call_UnaryWithSecondMessage_IsInternal()
        => await ExpectAsync(Live, [.. Frame(new ServerLiveRequest()), .. Frame(new ServerLiveRequest())], 13, "Additional data");

    [Test]
    public async Task Call_UnaryWithoutMessage_IsInternal() => await ExpectAsync(Live, [], 13, "Incomplete message");

    [TestCase(new byte[] { 0, 0, 0 }, 13, "Incomplete")]
    [TestCase(new byte[] { 0, 0, 0, 0, 9, 1, 2 }, 13, "Incomplete")]
    [TestCase(new byte[] { 2, 0, 0, 0, 0 }, 13, "expected frames")]
    [TestCase(new byte[] { 0, 255, 255, 255, 255 }, 13, "expected frames")]
    [TestCase(new byte[] { 1, 0, 0, 0, 0 }, 13, "grpc-encoding")]
    [TestCase(new byte[] { 0, 0, 0, 0, 3, 255, 255, 255 }, 13, "expected a ServerLiveRequest")]
    [TestCase(new byte[] { 0, 127, 255, 255, 255 }, 8, "expected a message of at most 67108864 bytes, got more")]
    public async Task Call_MalformedFrame_EndsWithItsStatus(byte[] body, int status, string message) => await ExpectAsync(Live, body, status, message);

    [TestCase("gzip")]
    [TestCase("deflate")]
    public async Task Call_PackedMessage_IsUnpackedAndAnsweredPacked(string encoding)
    {
        var values = new float[2000];
        var request = Same(values);
        var (status, response, body) = await PostAsync(
            Infer, new ByteArrayContent(Packed(request, encoding)), $"grpc-encoding: {encoding}", $"grpc-accept-encoding: {encoding},identity");

        Assert.That(status, Is.Zero);
        Assert.That(response.Headers.GetValues("grpc-encoding"), Is.EqualTo(new[] { encoding }));
        Assert.That(body[0], Is.EqualTo(1));
        var answer = new MemoryStream(body, 5, body.Length - 5);
        using Stream unpacked = encoding == "gzip" ? new GZipStream(answer, CompressionMode.Decompress) : new ZLibStream(answer, CompressionMode.Decompress);
        Assert.That(ModelInferResponse.Parser.ParseFrom(unpacked).RawOutputContents[0], Is.EqualTo(request.RawInputContents[0]));
    }

    [Test]
    public async Task Call_PackedMessageCutOff_IsInternal()
    {
        var packed = Packed(Same([.. Enumerable.Range(0, 1000).Select(i => (float)i)]));
        var cut = packed[..^40];
        BinaryPrimitives.WriteInt32BigEndian(cut.AsSpan(1), cut.Length - 5);

        await ExpectAsync(Infer, cut, 13, "expected a gzip message", "grpc-encoding: gzip");
    }

    [Test]
    public async Task Call_PackedBomb_IsResourceExhausted()
    {
        // 8 MiB of zeros pack to about 8 kB.
        using var models = new ModelsFolder().Add("same");
        await using var server = await TestServer.StartAsync(o => (o.ModelsPath, o.MaxRequestBytes, o.GrpcUrl) = (models.Path, 1 << 20, "http://127.0.0.1:0"));
        var request = new ModelInferRequest { RawInputContents = { ByteString.CopyFrom(new byte[8 << 20]) } };
        _address = server.GrpcAddress;
        await ExpectAsync(Infer, Packed(request), 8, "at most 1048576 bytes", "grpc-encoding: gzip");
    }

    [TestCase("zstd", new byte[] { 1, 0, 0, 0, 0 }, 12, "zstd")]
    public async Task Call_WrongEncoding_NamesThoseAccepted(string encoding, byte[] body, int status, string message)
    {
        var response = await ExpectAsync(Live, body, status, message, $"grpc-encoding: {encoding}");
        Assert.That(response.Headers.GetValues("grpc-accept-encoding"), Is.EqualTo(new[] { "identity,gzip,deflate" }));
    }

    [TestCase("gzip")]
    [TestCase("deflate")]
    public async Task Call_BytesThatAreNotPacked_AreInternal(string encoding)
        => await ExpectAsync(Live, [1, 0, 0, 0, 2, 1, 2], 13, $"expected a {encoding} message", $"grpc-encoding: {encoding}");

    [Test]
    public async Task Call_MessageNeverComes_EndsAtTheDeadline()
    {
        using var never = new PiecesContent([[0, 0, 0, 0, 9, 1]]) { Held = new TaskCompletionSource().Task };
        var start = DateTime.UtcNow;

        try
        {
            Assert.That((await PostAsync(Infer, never, "grpc-timeout: 200m")).Status, Is.EqualTo(4));
        }
        catch (OperationCanceledException)
        {
            // The stream is reset behind the status, which HttpClient may see first.
        }

        Assert.That(DateTime.UtcNow - start, Is.LessThan(TimeSpan.FromSeconds(10)));
    }

    [TestCase("application/json")]
    [TestCase("application/grpc-web")]
    public async Task Call_OtherContentType_Is415(string type)
    {
        using var content = new ByteArrayContent(Frame(new ServerLiveRequest())) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
        using var request = Request(Live, content);
        using var client = new HttpClient();
        using var response = await client.SendAsync(request);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.UnsupportedMediaType));
    }

    [Test]
    public async Task Call_OverHttp1_Is426()
    {
        using var content = new ByteArrayContent(Frame(new ServerLiveRequest())) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } };
        using var response = await Server.Client.PostAsync(new Uri(Live, UriKind.Relative), content);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.UpgradeRequired));
    }

    [Test]
    public async Task Stream_ClientLeavesInTheMiddle_ServerGoesOn()
    {
        using (var leave = new CancellationTokenSource(TimeSpan.FromMilliseconds(300)))
        using (var content = new PiecesContent([Frame(Same(1)), Frame(Same(2))]) { Held = new TaskCompletionSource().Task })
        using (var request = Request("/inference.GRPCInferenceService/ModelStreamInfer", content))
        using (var client = new HttpClient())
        {
            content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
            Assert.That(async () => await client.SendAsync(request, leave.Token), Throws.InstanceOf<OperationCanceledException>());
        }

        var (status, _, _) = await PostAsync(Infer, new ByteArrayContent(Frame(Same(3))));
        Assert.That(status, Is.Zero);
    }

    private async Task<HttpResponseMessage> ExpectAsync(string path, byte[] body, int status, string message, params string[] headers)
    {
        var (got, response, _) = await PostAsync(path, new ByteArrayContent(body), headers);
        Assert.That(got, Is.EqualTo(status));
        Assert.That(Trailer(response, "grpc-message"), Does.Contain(message));
        return response;
    }

    private async Task<(int Status, HttpResponseMessage Response, byte[] Body)> PostAsync(string path, HttpContent content, params string[] headers)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        using var request = Request(path, content);
        foreach (var header in headers)
        {
            var parts = header.Split(": ");
            request.Headers.TryAddWithoutValidation(parts[0], parts[1]);
        }

        using var client = new HttpClient();
        var response = await client.SendAsync(request);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/grpc"));
        var body = await response.Content.ReadAsByteArrayAsync();
        return (int.Parse(Trailer(response, "grpc-status")!, CultureInfo.InvariantCulture), response, body);
    }

    private HttpRequestMessage Request(string path, HttpContent content) => new(HttpMethod.Post, new Uri(_address!, path))
    {
        Content = content,
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private static string? Trailer(HttpResponseMessage response, string name)
        => (response.TrailingHeaders.TryGetValues(name, out var values) || response.Headers.TryGetValues(name, out values))
            ? Uri.UnescapeDataString(values.Single()) : null;

    private static ModelInferRequest Same(params float[] values)
    {
        var bytes = new byte[values.Length * 4];
        Buffer.BlockCopy(values, 0, bytes, 0, bytes.Length);
        return new ModelInferRequest
        {
            ModelName = "same",
            Inputs = { new ModelInferRequest.Types.InferInputTensor { Name = "x", Datatype = "FP32", Shape = { 1, values.Length } } },
            RawInputContents = { ByteString.CopyFrom(bytes) },
        };
    }

    private static byte[] Frame(IMessage message) => Frame(0, message.ToByteArray());

    private static byte[] Packed(IMessage message, string encoding = "gzip")
    {
        using var packed = new MemoryStream();
        using (Stream packing = encoding == "gzip"
            ? new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true) : new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            message.WriteTo(packing);
        }

        return Frame(1, packed.ToArray());
    }

    private static byte[] Frame(byte flag, byte[] message)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    /// <summary>A body that is sent piece by piece and then, perhaps, held open.</summary>
    private sealed class PiecesContent(byte[][] pieces) : HttpContent
    {
        /// <summary>Ends when the body may.</summary>
        public Task Held { get; init; } = Task.CompletedTask;

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            foreach (var piece in pieces)
            {
                await stream.WriteAsync(piece, cancellationToken);
                await stream.FlushAsync(cancellationToken);
                await Task.Yield();
            }

            await Held.WaitAsync(cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
