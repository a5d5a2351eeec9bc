using MaaS.Serving.Models;
using MaaS.Serving.Routing;

namespace MaaS.Serving;

/// <summary>How one model is run. Null takes the value of <see cref="MaaSServingOptions.Defaults"/>, and then the one named here.</summary>
public sealed record ModelOptions
{
    /// <summary>Threads inside one operator; 0 lets the server choose. Default 0.</summary>
    public int? IntraOpThreads { get; set; }

    /// <summary>
    /// Which versions are loaded: <c>latest</c>, <c>latest:3</c>, <c>all</c>, or numbers as <c>1,4</c>. Labelled versions are
    /// loaded besides. Default <c>latest</c>.
    /// </summary>
    public string? Versions { get; set; }

    /// <summary>Whether the model is loaded on its first request instead of at the start; its later versions are loaded at once. Default false.</summary>
    public bool? IsLazy { get; set; }

    /// <summary>Whether it stays loaded when <see cref="MaaSServingOptions.MemoryLimitBytes"/> makes others go. Default false.</summary>
    public bool? IsPinned { get; set; }

    /// <summary>How requests that name no version are spread; null for the latest version. Not taken from the defaults.</summary>
    public TrafficRoute? Route { get; set; }

    /// <summary>These options, those of <paramref name="defaults"/> where they are null.</summary>
    internal ModelOptions Over(ModelOptions defaults) => new()
    {
        IntraOpThreads = IntraOpThreads ?? defaults.IntraOpThreads,
        Versions = Versions ?? defaults.Versions,
        IsLazy = IsLazy ?? defaults.IsLazy,
        IsPinned = IsPinned ?? defaults.IsPinned,
        Route = Route,
    };

    /// <summary>Every fault, as <c>Models:digits:IntraOpThreads: expected …</c>.</summary>
    internal IEnumerable<string> Faults(string path)
    {
        if (IntraOpThreads is < 0 or > 1024)
        {
            yield return $"{path}:{nameof(IntraOpThreads)}: expected 0 to 1024, got {IntraOpThreads}";
        }

        if (Versions is not null && VersionPolicy.TryParse(Versions) is null)
        {
            yield return $"{path}:{nameof(Versions)}: expected {VersionPolicy.Rule}, got '{Versions}'";
        }

        foreach (var fault in Route?.Faults($"{path}:{nameof(Route)}") ?? [])
        {
            yield return fault;
        }
    }
}
