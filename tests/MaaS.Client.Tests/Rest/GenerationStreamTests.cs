using System.IO.Pipelines;
using System.Net;
using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace MaaS.Client.Tests.Rest;

/// <summary>Time between the pieces of a text.</summary>
public sealed class GenerationStreamTests
{
    private const string First = "data: {\"text_output\":\"a\"}\n\n";
    private const string Last = "data: {\"text_output\":\"b\",\"finish_reason\":\"stop\",\"tokens\":2}\n\n";

    private readonly FakeTimeProvider _time = new();
    private Pipe _text = new();

    [SetUp]
    public void Begin() => _text = new Pipe();

    private MaaSClient Client(Script server) => server.Client(Transport.Rest, "a", time: _time);

    private Task<HttpResponseMessage> Writes(HttpRequestMessage request, CancellationToken cancellationToken)
        => Task.FromResult(
            new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(_text.Reader.AsStream()) });

    private async Task WriteAsync(string piece) => await _text.Writer.WriteAsync(Encoding.UTF8.GetBytes(piece));

    [Test]
    public async Task Generate_SlowReader_GetsAllPieces()
    {
        using var server = new Script(Writes);
        await using var client = Client(server);
        var request = new GenerateRequest("story", "cat") { Timeout = TimeSpan.FromSeconds(3) };
        await WriteAsync(First);
        var pieces = client.GenerateAsync(request).GetAsyncEnumerator();
        await using (pieces.ConfigureAwait(false))
        {
            Assert.That(await pieces.MoveNextAsync());
            _time.Advance(TimeSpan.FromSeconds(10));
            await WriteAsync(Last);

            Assert.That(await pieces.MoveNextAsync(), "the reader took its time, not the server");
            Assert.That(pieces.Current.FinishReason, Is.EqualTo("stop"));
        }
    }

    [Test]
    public async Task Generate_Timeout_IsNoDeadlineOfTheWholeText()
    {
        using var server = new Script(Writes);
        await using var client = Client(server);
        var request = new GenerateRequest("story", "cat") { Priority = 2, Timeout = TimeSpan.FromSeconds(3) };
        await WriteAsync(First + Last);

        Assert.That(await client.GenerateAsync(request).CountAsync(), Is.EqualTo(2));
        Assert.That(server.Last!.Headers.GetValues("Priority"), Is.EqualTo(new[] { "u=1" }));
        Assert.That(server.Last.Headers.Contains("X-Request-Timeout-Ms"), Is.False);
    }

    [Test]
    public async Task Generate_SilentServer_EndsAfterTheTime()
    {
        using var server = new Script(Writes);
        await using var client = Client(server);
        var request = new GenerateRequest("story", "cat") { Timeout = TimeSpan.FromSeconds(3) };
        await WriteAsync(First);
        var pieces = client.GenerateAsync(request).GetAsyncEnumerator();
        await using (pieces.ConfigureAwait(false))
        {
            Assert.That(await pieces.MoveNextAsync());
            var next = pieces.MoveNextAsync().AsTask();
            _time.Advance(TimeSpan.FromSeconds(2.9));
            Assert.That(next.IsCompleted, Is.False);
            _time.Advance(TimeSpan.FromSeconds(0.2));

            Assert.That((await Failure.OfAsync(() => next)).Kind, Is.EqualTo(ErrorKind.Timeout));
        }
    }
}
