using System.Globalization;
using MaaS.Serving.Models;

namespace MaaS.Serving.Page;

/// <summary>How requests that name no version are spread over a model's versions.</summary>
internal static class TrafficShares
{
    /// <summary>The share of each version that gets any.</summary>
    /// <param name="route">The model's route; null for the latest version.</param>
    /// <param name="versions">The model's versions.</param>
    /// <returns>Shares by version; their sum is 1, or 0 where no version can answer.</returns>
    public static IReadOnlyDictionary<long, double> Of(TrafficRoute? route, IReadOnlyList<ModelVersionStatus> versions)
    {
        var shares = new Dictionary<long, double>();
        var servable = versions.Where(v => v.IsServable).ToList();
        foreach (var (target, share) in route?.Split ?? new Dictionary<string, double>())
        {
            if (share > 0 && Find(servable, target) is { } version)
            {
                shares[version] = shares.GetValueOrDefault(version) + share;
            }
        }

        var total = shares.Values.Sum();
        return total > 0 ? shares.ToDictionary(s => s.Key, s => s.Value / total)
            : servable.Count > 0 ? new Dictionary<long, double> { [servable.Max(v => v.Version)] = 1 } : shares;
    }

    private static long? Find(List<ModelVersionStatus> versions, string target)
        => (
            versions.Find(v => v.Version.ToString(CultureInfo.InvariantCulture) == target)
                ?? versions.Find(v => v.Labels.Contains(target)))?.Version;
}
