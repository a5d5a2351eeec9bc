using System.Net;
using Grpc.Core;
using static MaaS.Client.Tests.Script;

namespace MaaS.Client.Tests.Grpc;

/// <summary>What gRPC's statuses mean to the client.</summary>
public sealed class GrpcErrorsTests
{
    [TestCase(StatusCode.DeadlineExceeded)]
    [TestCase(StatusCode.Cancelled)]
    [TestCase(StatusCode.ResourceExhausted)]
    [TestCase(StatusCode.Unavailable)]
    public async Task Infer_StatusThatPasses_IsTriedAgainElsewhere(StatusCode status)
    {
        using var servers = new Script(SaysGrpc(status), SaysGrpc(StatusCode.OK));
        await using var client = servers.Client(Transport.Grpc, "ab");

        await client.InferAsync(new InferRequest("m"));

        Assert.That(servers.Hosts, Is.EquivalentTo(new[] { "a", "b" }));
    }

    [Test]
    public async Task Infer_DeadlineExceeded_IsATimeout()
    {
        using var server = new Script(SaysGrpc(StatusCode.DeadlineExceeded, "too late"));
        await using var client = server.Client(Transport.Grpc, "a", static o => o.MaxRetries = 0);

        var error = await Failure.OfAsync(() => client.InferAsync(new InferRequest("m")));

        Assert.That(
            (error.Kind, error.Status, error.ServerMessage),
            Is.EqualTo((ErrorKind.Timeout, (HttpStatusCode?)HttpStatusCode.GatewayTimeout, "too late")));
    }

    [TestCase("the request is too large, and will be the next time: expected outputs of at most 8 bytes, got 9")]
    [TestCase("expected a message of at most 4194304 bytes, got more")]
    [TestCase("expected a body of at most 4194304 bytes, got more")]
    [TestCase("Received message exceeds the maximum configured message size.")]
    [TestCase("gRPC message exceeds maximum size 4194304: 5000000")]
    [TestCase("grpc: received message larger than max (5000000 vs. 4194304)")]
    public async Task Infer_MessageTooLarge_IsRefusedAtOnce(string message)
    {
        using var servers = new Script(SaysGrpc(StatusCode.ResourceExhausted, message));
        await using var client = servers.Client(Transport.Grpc, "ab");

        var error = await Failure.OfAsync(() => client.InferAsync(new InferRequest("m")));

        Assert.That(
            (error.Kind, error.Status),
            Is.EqualTo((ErrorKind.Refused, (HttpStatusCode?)HttpStatusCode.RequestEntityTooLarge)));
        Assert.That(servers.Bodies, Has.Count.EqualTo(1), "it is too large for the next try too");
    }

    [TestCase("queue full: expected at most 100 waiting requests, got more")]
    [TestCase("expected fewer requests a second from this caller")]
    [TestCase("message rate exceeded")]
    public async Task Infer_ServerBusy_IsBusy(string message)
    {
        using var server = new Script(SaysGrpc(StatusCode.ResourceExhausted, message));
        await using var client = server.Client(Transport.Grpc, "a", static o => o.MaxRetries = 0);

        var error = await Failure.OfAsync(() => client.InferAsync(new InferRequest("m")));

        Assert.That((error.Kind, error.RetryAfter), Is.EqualTo((ErrorKind.Busy, (TimeSpan?)null)));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Infer_RetryAfter_IsRead(bool inTrailers)
    {
        var wait = TimeSpan.FromSeconds(3);
        using var server = new Script(SaysGrpc(StatusCode.ResourceExhausted, "later", wait, inTrailers));
        await using var client = server.Client(Transport.Grpc, "a", static o => o.MaxRetries = 0);

        var error = await Failure.OfAsync(() => client.InferAsync(new InferRequest("m")));

        Assert.That((error.Kind, error.RetryAfter), Is.EqualTo((ErrorKind.Busy, (TimeSpan?)wait)));
    }
}
