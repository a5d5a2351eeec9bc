using System.Net;
using MaaS.Client.Ai;
using Microsoft.Extensions.AI;

namespace MaaS.Client.Tests;

/// <summary>Streams of servers that are none of ours.</summary>
public sealed class ChatTests
{
    [TestCase("""{"id":"1","model":"m","created":1}""")]
    [TestCase("""{"id":"1","model":"m","created":1,"choices":"none"}""")]
    [TestCase("""{"id":"1","model":"m","created":1,"choices":[{"index":0}]}""")]
    [TestCase("""{"id":"1","model":"m","created":1,"choices":[{"delta":{"tool_calls":[{}]},"finish_reason":null}]}""")]
    [TestCase("""[1]""")]
    public async Task GetStreamingResponse_EventsOfAnotherForm_AreABadAnswer(string sent)
    {
        using var servers = new Script(Script.Says(HttpStatusCode.OK, $"data: {sent}\n\ndata: [DONE]\n\n"));
        await using var client = servers.Client(Transport.Rest, "a");
        using var chat = client.AsChatClient("m");

        var failure = await Assert.ThrowsAsync<MaaSClientException>(
            async () => await chat.GetStreamingResponseAsync("hi").ToListAsync());

        Assert.That(failure!.Kind, Is.EqualTo(ErrorKind.BadAnswer));
        Assert.That(failure.Address, Is.EqualTo(new Uri("http://a")));
    }
}
