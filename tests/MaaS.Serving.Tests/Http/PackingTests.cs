using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace MaaS.Serving.Tests.Http;

/// <summary>Bodies packed with gzip and deflate, both ways.</summary>
public sealed class PackingTests : ServerFixture
{
    private const string Path = "/v1/models/same:predict";

    [TestCase("gzip")]
    [TestCase("deflate")]
    [TestCase("br")]
    [TestCase("identity")]
    public async Task Post_PackedBody_IsUnpacked(string coding)
    {
        using var response = await SendAsync(Pack(coding, """{"instances": [[1, 2]]}"""), coding);
        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("""{"predictions":[[1,2]]}"""));
    }

    [TestCase("gzip")]
    [TestCase("deflate")]
    [TestCase("br")]
    public async Task Post_CutOffChangedOrFollowedByMore_Is400(string coding)
    {
        // Half of these 10,000 numbers were once answered with as many as could be read.
        var body = Pack(
            coding,
            $$"""{"instances": [[{{string.Join(',', Enumerable.Range(0, 10_000).Select(i => i * 7919 % 10_007))}}]]}""");
        byte[][] faulty = [
            body[..(body.Length / 2)], body[..^1], body[..^9], [.. body, 0], [.. body, .. "\r\n"u8],
            [.. body, .. body[..5]],
        ];
        foreach (var sent in faulty)
        {
            using var response = await SendAsync(sent, coding);
            Assert.That(
                response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest), $"{sent.Length} of {body.Length} bytes");
            Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("Content-Encoding"));
        }

        if (coding != "br")
        {
            body[^(coding == "gzip" ? 8 : 4)] ^= 1;
            using var changed = await SendAsync(body, coding);
            Assert.That(changed.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest), "the checksum is another");
        }
    }

    [TestCase("gzip")]
    [TestCase("deflate")]
    [TestCase("br")]
    public async Task Post_Bomb_Is413(string coding)
    {
        // 8 MiB of blanks pack to some 8 kB.
        using var models = new ModelsFolder().Add("same");
        await using var server = await TestServer.StartAsync(
            o => (o.ModelsPath, o.MaxRequestBytes) = (models.Path, 1 << 20));
        using var response = await SendAsync(Pack(coding, new string(' ', 8 << 20)), coding, server: server);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
    }

    [Test]
    public async Task Post_OtherBytesOrCoding_SaysSo()
    {
        using var broken = await SendAsync("{}"u8.ToArray(), "gzip");
        Assert.That(broken.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await broken.Content.ReadAsStringAsync(), Does.Contain("Content-Encoding"));
        using var unknown = await SendAsync("{}"u8.ToArray(), "zstd");
        Assert.That(unknown.StatusCode, Is.EqualTo(HttpStatusCode.UnsupportedMediaType));
        Assert.That(unknown.Headers.GetValues("Accept-Encoding"), Is.EqualTo(new[] { "gzip, deflate, br" }));
    }

    [TestCase("gzip", "gzip")]
    [TestCase("deflate;q=0.5, gzip;q=0.1", "deflate")]
    [TestCase("*", "gzip")]
    [TestCase("br", null)]
    [TestCase("gzip;q=0", null)]
    public async Task Post_ClientAcceptsPacked_LongAnswersAreShort(string accepted, string? coding)
    {
        var values = string.Join(',', Enumerable.Range(0, 2000));
        using var response = await SendAsync(
            Encoding.UTF8.GetBytes($$"""{"instances": [[{{values}}]]}"""), "identity", accepted);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(
            response.Content.Headers.ContentEncoding, Is.EqualTo(coding is null ? Array.Empty<string>() : [coding]));
        var packed = await response.Content.ReadAsStreamAsync();
        await using var plain = coding switch
        {
            "gzip" => new GZipStream(packed, CompressionMode.Decompress),
            "deflate" => new ZLibStream(packed, CompressionMode.Decompress),
            _ => packed,
        };
        Assert.That(await new StreamReader(plain).ReadToEndAsync(), Is.EqualTo($$"""{"predictions":[[{{values}}]]}"""));
    }

    [Test]
    public async Task Post_ShortAnswerOrError_StaysPlain()
    {
        using var answer = await SendAsync("""{"instances": [[1]]}"""u8.ToArray(), "identity", "gzip");
        Assert.That(await answer.Content.ReadAsStringAsync(), Is.EqualTo("""{"predictions":[[1]]}"""));
        Assert.That(answer.Headers.Vary, Does.Contain("Accept-Encoding"));
        using var error = await SendAsync("[]"u8.ToArray(), "identity", "gzip");
        Assert.That(error.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await error.Content.ReadAsStringAsync(), Does.StartWith("""{"error":"""));
    }

    private async Task<HttpResponseMessage> SendAsync(
        byte[] body, string coding, string? accepted = null, TestServer? server = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Path, UriKind.Relative))
        {
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Content.Headers.ContentEncoding.Add(coding);
        if (accepted is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        }

        return await (server ?? Server).Client.SendAsync(request);
    }

    private static byte[] Pack(string coding, string text)
    {
        using var packed = new MemoryStream();
        using (Stream packing = coding switch
        {
            "gzip" => new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true),
            "deflate" => new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true),
            "br" => new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true),
            _ => new BufferedStream(packed),
        })
        {
            packing.Write(Encoding.UTF8.GetBytes(text));
            packing.Flush();
            if (coding == "identity")
            {
                return packed.ToArray();
            }
        }

        return packed.ToArray();
    }
}
