using System.Net;
using Microsoft.Extensions.Time.Testing;
using static MaaS.Client.Tests.Script;

namespace MaaS.Client.Tests.Resilience;

/// <summary>Second calls of the same request.</summary>
public sealed class HedgingTests
{
    private const int Limit = 20_000;
    private const string Answer = """{"model_name":"m","outputs":[]}""";

    private readonly FakeTimeProvider _time = new();

    [TestCase(0)]
    [TestCase(1)]
    public async Task Infer_LoneServerBusy_IsAskedAgainAfterItsTimeOnly(double delay)
    {
        using var server = new Script(
            Says(HttpStatusCode.TooManyRequests, retryAfter: TimeSpan.FromSeconds(3)), Says(HttpStatusCode.OK, Answer));
        await using var client = server.Client(
            Transport.Rest, "a", o => o.HedgingDelay = TimeSpan.FromSeconds(delay), _time);
        var inference = client.InferAsync(new InferRequest("m"));
        Assert.That(() => server.Bodies.Count, Is.EqualTo(1).After(Limit, 5));

        _time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.That((inference.IsCompleted, server.Bodies.Count), Is.EqualTo((false, 1)));
        Assert.That(
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(100));
                return inference.IsCompleted;
            },
            Is.True.After(Limit, 5));

        await inference;
        Assert.That(server.Bodies, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Infer_SecondServerBusy_WaitsForTheFirst()
    {
        var first = new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var servers = new Script(
            (_, token) => first.Task.WaitAsync(token),
            Says(HttpStatusCode.TooManyRequests, retryAfter: TimeSpan.FromSeconds(60)));
        await using var client = servers.Client(
            Transport.Rest, "ab", o => o.HedgingDelay = TimeSpan.FromSeconds(1), _time);

        var inference = client.InferAsync(new InferRequest("m"));
        Assert.That(
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(100));
                return servers.Bodies.Count;
            },
            Is.EqualTo(2).After(Limit, 5));
        first.SetResult(await Says(HttpStatusCode.OK, Answer)(null!, default));

        Assert.That((await inference).Model, Is.EqualTo("m"));
        Assert.That(servers.Hosts, Is.EquivalentTo(new[] { "a", "b" }));
    }

    [Test]
    public async Task Infer_ServerThatIsOvertakenAlways_HasItsCircuitOpened()
    {
        using var servers = new Script((request, token)
            => request.RequestUri!.Host == "a"
                ? Hangs(request, token) : Says(HttpStatusCode.OK, Answer)(request, token));
        await using var client = servers.Client(
            Transport.Rest, "ab",
            static o =>
            {
                o.HedgingDelay = TimeSpan.FromMilliseconds(20);
                (o.CircuitMinimumRequests, o.CircuitBreak) = (2, TimeSpan.FromHours(1));
            });

        for (var i = 0; i < 8; i++)
        {
            await client.InferAsync(new InferRequest("m"));
            Assert.That(() => client.Servers.Sum(static s => s.Outstanding), Is.Zero.After(Limit, 5));
        }

        Assert.That(client.Servers.Select(static s => s.IsAvailable), Is.EqualTo(new[] { false, true }));
    }

    [Test]
    public async Task Infer_CallerLeaves_LeavesTheCircuitClosed()
    {
        using var servers = new Script(Hangs);
        await using var client = servers.Client(
            Transport.Rest, "ab",
            static o =>
            {
                o.HedgingDelay = TimeSpan.FromSeconds(1);
                (o.CircuitMinimumRequests, o.CircuitBreak) = (2, TimeSpan.FromHours(1));
            },
            _time);

        for (var i = 0; i < 8; i++)
        {
            using var leave = new CancellationTokenSource();
            var inference = client.InferAsync(new InferRequest("m"), leave.Token);
            _time.Advance(TimeSpan.FromSeconds(2));
            leave.Cancel();
            Assert.That(() => inference, Throws.InstanceOf<OperationCanceledException>());
        }

        Assert.That(client.Servers.Select(static s => s.IsAvailable), Is.All.True);
    }
}
