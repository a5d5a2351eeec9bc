using MaaS.Client.Resilience;
using Microsoft.Extensions.Time.Testing;

namespace MaaS.Client.Tests.Resilience;

/// <summary>Which server is next.</summary>
public sealed class EndpointPoolTests
{
    private readonly FakeTimeProvider _time = new();

    private EndpointPool Pool() => new([new Uri("http://a"), new Uri("http://b"), new Uri("http://c")], _time);

    [Test]
    public void Pick_EqualServers_TakesTurns()
    {
        var pool = Pool();

        Assert.That(
            Enumerable.Range(0, 6).Select(_ => pool.Pick([], [])).GroupBy(e => e).Select(g => g.Count()),
            Is.EqualTo(new[] { 2, 2, 2 }));
    }

    [Test]
    public void Pick_Loads_TakesTheLeastOutstanding()
    {
        var pool = Pool();
        pool.Endpoints[0].Enter();
        pool.Endpoints[2].Enter();

        Assert.That(Enumerable.Range(0, 6).Select(_ => pool.Pick([], [])), Is.All.SameAs(pool.Endpoints[1]));
        pool.Endpoints[0].Exit();
        Assert.That(pool.Pick([pool.Endpoints[1]], []), Is.SameAs(pool.Endpoints[0]));
    }

    [Test]
    public void Pick_UnreadyOrBroken_AreLast()
    {
        var pool = Pool();
        pool.Endpoints[0].SetReady(false);
        pool.Endpoints[1].Break(_time.GetUtcNow() + TimeSpan.FromSeconds(5));
        pool.Endpoints[2].Enter();

        Assert.That(pool.Pick([], []), Is.SameAs(pool.Endpoints[2]));
        Assert.That(
            pool.Pick([pool.Endpoints[2]], []), Is.SameAs(pool.Endpoints[2]),
            "an available one that was tried is better than others");
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.That(pool.Pick([], []), Is.SameAs(pool.Endpoints[1]));
    }

    [Test]
    public void Pick_NoneAvailable_TriesThemAll()
    {
        var pool = Pool();
        List<Endpoint> tried = [];
        foreach (var endpoint in pool.Endpoints)
        {
            endpoint.SetReady(false);
        }

        for (var i = 0; i < 3; i++)
        {
            tried.Add(pool.Pick(tried, [])!);
        }

        Assert.That(tried, Is.Unique);
        Assert.That(pool.Pick([], pool.Endpoints), Is.Null);
    }
}
