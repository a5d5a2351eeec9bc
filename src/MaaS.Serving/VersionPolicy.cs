using System.Globalization;

namespace MaaS.Serving;

/// <summary>
/// Which of a model's versions are loaded: <c>latest</c>, <c>latest:3</c>, <c>all</c>, or numbers as <c>1,4</c>. Labelled
/// versions are loaded besides.
/// </summary>
internal sealed record VersionPolicy
{
    public const string Rule = "'latest', 'latest:N', 'all' or versions as '1,4'";

    private readonly int _latest;
    private readonly HashSet<int> _specific;

    private VersionPolicy(int latest, params IEnumerable<int> specific)
    {
        _latest = latest;
        _specific = [.. specific];
    }

    public static VersionPolicy Latest { get; } = new(1);

    /// <summary>Reads a policy; null where the text is none.</summary>
    public static VersionPolicy? TryParse(string? text)
    {
        if (text is "latest" or "all")
        {
            return text is "all" ? new VersionPolicy(int.MaxValue) : Latest;
        }

        if (text?.StartsWith("latest:", StringComparison.Ordinal) == true)
        {
            return Number(text["latest:".Length..]) is { } count ? new VersionPolicy(count) : null;
        }

        var numbers = text?.Split(',', StringSplitOptions.TrimEntries).Select(Number).ToArray();
        return numbers is { Length: > 0 } && numbers.All(n => n is not null) ? new VersionPolicy(0, numbers.Select(n => n!.Value)) : null;
    }

    /// <summary>The versions to load.</summary>
    /// <param name="versions">All there are.</param>
    public IEnumerable<int> Select(IEnumerable<int> versions)
        => _latest > 0 ? versions.OrderDescending().Take(_latest) : versions.Where(_specific.Contains);

    private static int? Number(string text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;
}
