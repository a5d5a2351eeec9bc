using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Tests.Http;

public sealed class RequestBodyTests
{
    [Test]
    public async Task Read_LargeLengthDeclaredAndLittleSent_TakesMemoryForWhatCame()
    {
        var context = Context([.. "{}"u8], declared: 900_000_000);
        var before = GC.GetAllocatedBytesForCurrentThread();

        using var body = await RequestBody.ReadAsync(context, limit: 1_000_000_000);

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1_000_000));
        Assert.That(body.Json.ToArray(), Is.EqualTo("{}"u8.ToArray()));
    }

    [TestCase(null)]
    [TestCase(300_000L)]
    public async Task Read_MoreThanTheFirstBlock_ReadsAll(long? declared)
    {
        byte[] sent = [.. Enumerable.Range(0, 300_000).Select(static i => (byte)('a' + (i % 26)))];

        using var body = await RequestBody.ReadAsync(Context(sent, declared), limit: 300_000);

        Assert.That(body.Json.SequenceEqual(sent));
    }

    [Test]
    public void Read_MoreThanTheLimit_Is413()
        => Assert.That(
            () => RequestBody.ReadAsync(Context(new byte[300_001], declared: null), limit: 300_000),
            Throws.TypeOf<RequestException>().With.Property(nameof(RequestException.Kind)).EqualTo(FaultKind.TooLarge));

    private static DefaultHttpContext Context(byte[] sent, long? declared)
    {
        var context = new DefaultHttpContext();
        context.Request.Body = new MemoryStream(sent);
        context.Request.ContentLength = declared;
        return context;
    }
}
