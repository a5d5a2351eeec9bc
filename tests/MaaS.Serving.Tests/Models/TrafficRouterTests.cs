using MaaS.Serving.Execution;
using MaaS.Serving.Models;

namespace MaaS.Serving.Tests.Models;

public sealed class TrafficRouterTests
{
    // Python: int.from_bytes(hashlib.sha256(b"digits\n" + key).digest()[:8], "big") / 2**64
    private static readonly (string Key, double Point)[] Points =
    [
        ("alice", 0.183068),
        ("bob", 0.579603),
        ("carol", 0.783295),
        ("dave", 0.572568),
        ("10.0.0.7", 0.093348),
        ("user-1", 0.632464),
        ("user-2", 0.190288),
        ("zoë", 0.339759),
    ];

    [Test]
    public void Choose_StickyKey_IsTheHashOfTheKey([Values(0.1, 0.3, 0.5, 0.7, 0.9)] double canary)
    {
        var router = new TrafficRouter(
            "digits", Route(canary, "header:X-User"), draw: () => throw new InvalidOperationException("not sticky"));

        foreach (var (key, point) in Points)
        {
            var context = new RequestContext { Header = name => name == "X-User" ? key : null };
            Assert.That(router.Choose(context, _ => true), Is.EqualTo(point < canary ? "canary" : "stable"), key);
        }
    }

    [Test]
    public void Choose_StickyByClient_IsTheHashOfTheClientKey()
    {
        var router = new TrafficRouter(
            "digits", Route(0.5, "client"), draw: () => throw new InvalidOperationException("not sticky"));
        Assert.That(
            Points.Select(p => router.Choose(new RequestContext { ClientKey = p.Key }, _ => true)),
            Is.EqualTo(Points.Select(p => p.Point < 0.5 ? "canary" : "stable")));
    }

    [Test]
    public void Choose_WithoutStickiness_FollowsTheShares()
    {
        var random = new Random(7);
        var router = new TrafficRouter("digits", Route(0.2, stickyBy: null), random.NextDouble);
        var canary = Enumerable.Range(0, 20_000).Count(_ => router.Choose(new RequestContext(), _ => true) == "canary");

        // Five standard deviations of a binomial: sqrt(20000 * 0.2 * 0.8) = 57.
        Assert.That(canary, Is.EqualTo(4000).Within(5 * 57));
    }

    [Test]
    public void Choose_HeaderMissing_Draws()
    {
        var router = new TrafficRouter("digits", Route(0.5, "header:X-User"), draw: () => 0.99);
        Assert.That(router.Choose(new RequestContext(), _ => true), Is.EqualTo("stable"));
    }

    [Test]
    public void Choose_TargetNotLoaded_LeavesItsShareToTheOthers()
    {
        var router = new TrafficRouter("digits", Route(0.9, stickyBy: null), draw: () => 0.1);
        Assert.That(router.Choose(new RequestContext(), target => target == "stable"), Is.EqualTo("stable"));
        Assert.That(router.Choose(new RequestContext(), _ => false), Is.Null);
    }

    [Test]
    public void Faults_WrongRoute_NamesEach()
    {
        var route = new TrafficRoute
        {
            Split = { ["../x"] = 1, ["a"] = double.NaN, ["b"] = -1 },
            StickyBy = "cookie",
            Shadow = new ShadowRule { Fraction = 2, Tolerance = -1 },
        };

        Assert.That(route.Faults("r").Select(f => f.Split(": expected")[0]), Is.EqualTo(
            new[]
            {
                "r:Split", "r:Split:a", "r:Split:b", "r:Split", "r:StickyBy", "r:Shadow", "r:Shadow:Fraction",
                "r:Shadow:Tolerance",
            }));
    }

    private static TrafficRoute Route(double canary, string? stickyBy)
        => new() { Split = { ["stable"] = 1 - canary, ["canary"] = canary }, StickyBy = stickyBy };
}
