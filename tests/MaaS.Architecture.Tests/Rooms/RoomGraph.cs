using ArchUnitNET.Domain;
using ArchUnitNET.Loader;

namespace MaaS.Architecture.Tests.Rooms;

/// <summary>Which room of a project uses which: a room is a folder below the project, seen in the assembly as the
/// namespace.</summary>
internal sealed class RoomGraph
{
    /// <summary>The room of what stands in the project's own folder, beside the rooms.</summary>
    public const string Front = "(front)";

    // One reading for all tests: it takes seconds.
    private static readonly Lazy<ArchUnitNET.Domain.Architecture> Loaded = new(Load);

    private readonly SortedDictionary<string, SortedSet<string>> _sees = new(StringComparer.Ordinal);
    private readonly SortedDictionary<(string From, string To), SortedSet<string>> _uses = [];

    private RoomGraph(string project)
    {
        Project = project;
        var types = Loaded.Value.Types.Where(t => ProjectOf(t) == project).ToList();
        foreach (var type in types)
        {
            Add(type);
        }
    }

    public string Project { get; }

    public IReadOnlyCollection<string> Rooms => _sees.Keys;

    /// <summary>The rooms that a room uses.</summary>
    public IReadOnlyCollection<string> Sees(string room) => _sees[room];

    /// <summary>The types that make one room use another, as <c>Type uses Type</c>.</summary>
    public IReadOnlyCollection<string> Uses(string from, string to) => _uses[(from, to)];

    public static RoomGraph Of(string project) => new(project);

    /// <summary>Pairs of rooms that use each other, as <c>A ↔ B</c>.</summary>
    public IReadOnlyList<string> MutualPairs()
        => [.. _sees.SelectMany(
            p => p.Value.Where(to => string.CompareOrdinal(p.Key, to) < 0 && _sees[to].Contains(p.Key))
            .Select(to => $"{p.Key} ↔ {to}"))];

    /// <summary>The greatest groups of rooms in which each reaches every other, when the named mutual pairs count for
    /// nothing.</summary>
    public IReadOnlyList<string> Circles(IEnumerable<string> besides)
    {
        var ignored = besides.SelectMany(static p => Ends(p)).ToHashSet();
        var reach = Rooms.ToDictionary(static r => r, r => Reachable(r, ignored));
        return [.. Rooms.Select(r => string.Join(" → ", Rooms.Where(o => reach[r].Contains(o) && reach[o].Contains(r))))
            .Where(static c => c.Length > 0).Distinct()];

        static (string, string)[] Ends(string pair)
        {
            var ends = pair.Split(" ↔ ");
            return [(ends[0], ends[1]), (ends[1], ends[0])];
        }
    }

    private HashSet<string> Reachable(string start, HashSet<(string, string)> ignored)
    {
        var found = new HashSet<string>();
        var open = new Stack<string>([start]);
        while (open.TryPop(out var room))
        {
            foreach (var next in _sees[room].Where(next => !ignored.Contains((room, next)) && found.Add(next)))
            {
                open.Push(next);
            }
        }
        return found;
    }

    private void Add(IType type)
    {
        if (RoomOf(type) is not { } room)
        {
            return;
        }
        var seen = _sees.TryGetValue(room, out var known) ? known : _sees[room] = new(StringComparer.Ordinal);
        foreach (var target in type.Dependencies.Select(static d => d.Target)
            .Where(t => t is not GenericParameter && ProjectOf(t) == Project))
        {
            if (RoomOf(target) is { } other && other != room)
            {
                seen.Add(other);
                if (!_uses.TryGetValue((room, other), out var uses))
                {
                    _uses[(room, other)] = uses = new(StringComparer.Ordinal);
                }
                uses.Add($"{type.Name} uses {target.Name}");
            }
        }
    }

    // Null for what the compiler makes outside of every namespace. Extensions of other libraries' namespaces stand at
    // the front.
    private static string? RoomOf(IType type)
    {
        var space = type.Namespace.FullName;
        var project = ProjectOf(type);
        if (space.Length == 0)
        {
            return null;
        }
        return space.StartsWith(project + ".", StringComparison.Ordinal)
            ? space[(project!.Length + 1)..].Split('.')[0] : Front;
    }

    // Null for type parameters, which stand in no assembly.
    private static string? ProjectOf(IType type)
    {
        var assembly = type.Assembly?.Name.Split(',')[0];
        return assembly == "maas" ? "MaaS.Cli" : assembly;
    }

    private static ArchUnitNET.Domain.Architecture Load()
    {
        var loader = new ArchLoader();
        foreach (var project in Repository.Projects.Where(static p => p != "MaaS"))
        {
            loader.LoadFilteredDirectory(
                AppContext.BaseDirectory, project == "MaaS.Cli" ? "maas.dll" : project + ".dll");
        }
        return loader.Build();
    }
}
