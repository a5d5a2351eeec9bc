using System.IO.Compression;
using System.Text;
using MaaS.Gateway.Requests;
using Microsoft.AspNetCore.Http;

namespace MaaS.Gateway.Tests.Requests;

internal sealed class ModelMemberTests
{
    [TestCase("""{"model":"m"}""", "m")]
    [TestCase("""{"messages":[{"model":"inner"}],"n":1.5,"x":null,"model":"base:loud","stream":true}""", "base:loud")]
    [TestCase("""{"mod\u0065l":"m\u00fcller"}""", "müller")]
    [TestCase("""{"model":"first","model":"second"}""", "first")]
    [TestCase("""{"model":"m","rest":""", "m")]
    [TestCase("""{"model":7}""", null)]
    [TestCase("""{"model":"\ud800"}""", null)]
    [TestCase("""{"prompt":"m"}""", null)]
    [TestCase("""["model","m"]""", null)]
    [TestCase("""{"model":""", null)]
    [TestCase("model=m", null)]
    [TestCase("", null)]
    public async Task ReadAsync_Bodies_AreLookedAtAsFarAsTheyAreJson(string body, string? expected)
        => Assert.That(
            await ModelMember.ReadAsync(Request(), Encoding.UTF8.GetBytes(body), CancellationToken.None),
            Is.EqualTo(new ModelMember(expected, IsCut: false)));

    [TestCase("gzip"), TestCase("deflate"), TestCase("br")]
    public async Task ReadAsync_PackedBodies_AreUnpackedAsFarAsNeeded(string coding)
    {
        var first = Pack(coding, $$"""{"model":"m","input":"{{new string('x', 1_000_000)}}"}""");
        var last = Pack(coding, $$"""{"input":"{{new string('x', 1_000_000)}}","model":"m"}""");
        var small = Pack(coding, """{"input":"x","model":"m"}""");

        Assert.That(await ReadAsync(first), Is.EqualTo(new ModelMember("m", IsCut: false)));
        Assert.That(await ReadAsync(last), Is.EqualTo(new ModelMember(null, IsCut: true)), "a little that is much");
        Assert.That(await ReadAsync(small), Is.EqualTo(new ModelMember("m", IsCut: false)));
        Assert.That(
            await ReadAsync(small[..^3]), Is.EqualTo(new ModelMember(null, IsCut: false)), "for a server to refuse");

        async Task<ModelMember> ReadAsync(byte[] body)
            => await ModelMember.ReadAsync(Request(coding), body, CancellationToken.None);
    }

    [Test]
    public async Task ReadAsync_CodingThatNobodyReads_IsForAServerToRefuse()
        => Assert.That(
            await ModelMember.ReadAsync(Request("zstd"), "{\"model\":\"m\"}"u8.ToArray(), CancellationToken.None),
            Is.EqualTo(new ModelMember(null, IsCut: false)));

    [TestCase(true), TestCase(false)]
    public async Task ReadAsync_BodyThatIsNotKept_StaysWhole(bool first)
    {
        var texts = $"\"input\":\"{new string('x', 200_000)}\"";
        var body = Encoding.UTF8.GetBytes(first ? $$"""{"model":"m",{{texts}}}""" : $$"""{{{texts}},"model":"m"}""");
        var request = Request();
        request.Body = new MemoryStream(body);

        var model = await ModelMember.ReadAsync(request, body: null, CancellationToken.None);

        Assert.That(model, Is.EqualTo(first ? new ModelMember("m", false) : new ModelMember(null, IsCut: true)));
        using var rest = new MemoryStream();
        await request.BodyReader.CopyToAsync(rest);
        Assert.That(rest.ToArray(), Is.EqualTo(body));
    }

    private static HttpRequest Request(string? coding = null)
    {
        var request = new DefaultHttpContext().Request;
        if (coding is not null)
        {
            request.Headers.ContentEncoding = coding;
        }

        return request;
    }

    private static byte[] Pack(string coding, string text)
    {
        using var packed = new MemoryStream();
        using (Stream packing = coding switch
        {
            "gzip" => new GZipStream(packed, CompressionMode.Compress),
            "deflate" => new ZLibStream(packed, CompressionMode.Compress),
            _ => new BrotliStream(packed, CompressionMode.Compress),
        })
        {
            packing.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
    }
}
