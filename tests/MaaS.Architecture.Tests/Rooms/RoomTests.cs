namespace MaaS.Architecture.Tests.Rooms;

[TestFixtureSource(nameof(Projects))]
public sealed class RoomTests
{
    private readonly RoomGraph _graph;

    public RoomTests(string project) => _graph = RoomGraph.Of(project);

    // The umbrella has no code.
    public static IEnumerable<string> Projects => Repository.Projects.Where(static p => p != "MaaS");

    [Test]
    public void Rooms_SeeWhatThePageSays()
        => new DocumentTable($"rooms {_graph.Project}", "room", "holds", "sees").Check(
            _graph.Rooms.Select(
                r => new[] { r, _graph.Sees(r) is { Count: > 0 } seen ? string.Join(", ", seen) : "–" }));

    [Test]
    public void Rooms_OutsideTheAllowedPairs_FormNoCircle()
    {
        var allowed = AllowedCircles.Of(_graph.Project);
        var pairs = _graph.MutualPairs();
        var forbidden = pairs.Except(allowed.Keys).ToList();

        Assert.That(forbidden, Is.Empty, string.Join('\n', forbidden.Select(Explain)));
        Assert.That(allowed.Keys.Except(pairs), Is.Empty, "pairs that are gone: take them out of AllowedCircles.cs");
        Assert.That(_graph.Circles(besides: allowed.Keys), Is.Empty, "rooms that need each other by a way round");
    }

    private string Explain(string pair)
    {
        var ends = pair.Split(" ↔ ");
        return $"{_graph.Project}: {ends[0]} → {ends[1]} ({string.Join("; ", _graph.Uses(ends[0], ends[1]))}) and "
            + $"{ends[1]} → {ends[0]} ({string.Join("; ", _graph.Uses(ends[1], ends[0]))})";
    }
}
