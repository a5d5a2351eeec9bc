using System.Globalization;

namespace MaaS.Serving;

/// <summary>
/// Which of a model's versions are loaded: <c>latest</c>, <c>latest:3</c>, <c>all</c>, or numbers as <c>1,4</c>.
/// Labelled versions are loaded besides.
/// </summary>
internal sealed record VersionPolicy
{
    public const string Rule = "'latest', 'latest:N', 'all' or versions as '1,4'";

    private readonly int _latest;
    private readonly HashSet<long> _specific;

    private VersionPolicy(int latest, params IEnumerable<long> specific)
    {
        _latest = latest;
        _specific = [.. specific];
    }

    public static VersionPolicy Latest { get; } = new(1);

    /// <summary>Whether every version is loaded.</summary>
    public bool IsAll => _latest == int.MaxValue;

    /// <summary>How many of the newest are loaded; null where versions are named.</summary>
    public int? Newest => _latest > 0 ? _latest : null;

    /// <summary>The versions that are named, in order; empty where the newest are loaded.</summary>
    public IReadOnlyList<long> Named => [.. _specific.Order()];

    /// <summary>Reads a policy; null where the text is none.</summary>
    public static VersionPolicy? TryParse(string? text)
    {
        if (text is "latest" or "all")
        {
            return text is "all" ? new VersionPolicy(int.MaxValue) : Latest;
        }

        if (text?.StartsWith("latest:", StringComparison.Ordinal) == true)
        {
            return Number(text["latest:".Length..]) is { } count and <= int.MaxValue
                ? new VersionPolicy((int)count) : null;
        }

        var numbers = text?.Split(',', StringSplitOptions.TrimEntries).Select(Number).ToArray();
        return numbers is { Length: > 0 } && numbers.All(n => n is not null)
            ? new VersionPolicy(0, numbers.Select(n => n!.Value)) : null;
    }

    /// <summary>The versions to load. Where the newest are wanted, the next older one stands in for each that cannot be
    /// loaded, which is wanted all the same.</summary>
    /// <param name="versions">All there are.</param>
    /// <param name="isBroken">Whether the last load of a version failed; null where none did.</param>
    public IEnumerable<long> Select(IEnumerable<long> versions, Func<long, bool>? isBroken = null)
    {
        if (_latest == 0)
        {
            return versions.Where(_specific.Contains);
        }

        var sound = 0;
        return versions.OrderDescending()
            .TakeWhile(v => sound < _latest && (isBroken?.Invoke(v) == true || ++sound > 0));
    }

    private static long? Number(string text)
        => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number : null;
}
