using MaaS.Gateway.Servers;
using Microsoft.Extensions.Time.Testing;

namespace MaaS.Gateway.Tests.Servers;

internal sealed class ServerLookupTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);
    private static readonly ServerAddress[] Servers = [new(new Uri("http://a:1"))];

    private FakeTimeProvider _clock = null!;
    private Source _source = null!;
    private ServerLookup _lookup = null!;

    [SetUp]
    public void Make()
    {
        (_clock, _source) = (new FakeTimeProvider(), new Source());
        _lookup = new ServerLookup(_source, Timeout, _clock);
    }

    [TestCase(true), TestCase(false)]
    public async Task FindAsync_SourceThatEndedAfterItsTimeWasOver_IsAskedAgain(bool cancelled)
    {
        await FindLateAsync();
        var first = _source.Asked.Single();
        Assert.That(cancelled ? first.TrySetCanceled() : first.TrySetException(new IOException("away")));

        var second = _lookup.FindAsync(default);

        Assert.That(_source.Asked, Has.Count.EqualTo(2));
        _source.Asked[1].SetResult(Servers);
        Assert.That(await second, Is.EqualTo(Servers));
    }

    [Test]
    public async Task FindAsync_SourceThatIsStillAtWork_IsNotAskedTwice()
    {
        await FindLateAsync();
        await FindLateAsync();
        _source.Asked.Single().SetResult(Servers);

        Assert.That(await _lookup.FindAsync(default), Is.EqualTo(Servers));
        Assert.That(_source.Asked, Has.Count.EqualTo(1));

        var next = _lookup.FindAsync(default);
        Assert.That(_source.Asked, Has.Count.EqualTo(2), "what it said was taken");
        _source.Asked[1].SetResult([]);
        Assert.That(await next, Is.Empty);
    }

    private async Task FindLateAsync()
    {
        var look = _lookup.FindAsync(default);
        _clock.Advance(Timeout);
        try
        {
            await look;
            Assert.Fail("the source has not answered");
        }
        catch (OperationCanceledException)
        {
            // It is late.
        }
    }

    /// <summary>Answers when a test says so, and heeds no token.</summary>
    private sealed class Source : IServerSource
    {
        public List<TaskCompletionSource<IReadOnlyList<ServerAddress>>> Asked { get; } = [];

        public string Name => "source";

        public Task<IReadOnlyList<ServerAddress>> FindAsync(CancellationToken cancellationToken)
        {
            Asked.Add(new());
            return Asked[^1].Task;
        }
    }
}
