using MaaS.Core.Packages;

namespace MaaS.Serving;

/// <summary>Which version answers a request that names none. Without a route it is the latest.</summary>
public sealed record TrafficRoute
{
    /// <summary>
    /// Keeps each client, as <see cref="Execution.RequestContext.ClientKey"/> names it, on one version.
    /// </summary>
    public const string StickyByClient = "client";

    /// <summary>Before the name of a header in <see cref="StickyBy"/>.</summary>
    public const string StickyByHeader = "header:";

    /// <summary>
    /// Shares by version or label, as <c>{"stable": 90, "canary": 10}</c>; only their ratio counts. A version that is
    /// not loaded leaves its share to the others. Empty for the latest version.
    /// </summary>
    public IDictionary<string, double> Split { get; set => field = value ?? field; } =
        new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>
    /// What keeps a client on one version: <c>client</c>, or <c>header:NAME</c>. Null: each request is drawn by itself,
    /// as is one without the header.
    /// </summary>
    public string? StickyBy { get; set; }

    /// <summary>Copies of requests to another version or model; null for none.</summary>
    public ShadowRule? Shadow { get; set; }

    /// <summary>Every fault, each after the path of its option.</summary>
    internal IEnumerable<string> Faults(string path)
    {
        foreach (var (target, share) in Split)
        {
            if (!ModelNames.IsValid(target))
            {
                yield return $"{path}:{nameof(Split)}: expected a version or label, got '{target}'";
            }

            if (!double.IsFinite(share) || share < 0)
            {
                yield return $"{path}:{nameof(Split)}:{target}: expected a share of 0 or more, got {share}";
            }
        }

        if (Split.Count > 0 && !(Split.Values.Sum() > 0))
        {
            yield return $"{path}:{nameof(Split)}: expected at least one share above 0";
        }

        if (StickyBy is not (null or StickyByClient)
            && !(
                StickyBy.StartsWith(StickyByHeader, StringComparison.Ordinal)
                    && StickyBy.Length > StickyByHeader.Length))
        {
            yield return $"{path}:{nameof(StickyBy)}: expected '{StickyByClient}' or '{StickyByHeader}NAME', got "
                + $"'{StickyBy}'";
        }

        foreach (var fault in Shadow?.Faults($"{path}:{nameof(Shadow)}") ?? [])
        {
            yield return fault;
        }
    }
}
