using System.Collections.Concurrent;
using System.Globalization;

namespace MaaS.Serving.Telemetry;

/// <summary>Versions as text, each written once.</summary>
internal static class VersionText
{
    private static readonly ConcurrentDictionary<long, string> Known = new();

    public static string Of(long version)
        => Known.GetOrAdd(version, static v => v.ToString(CultureInfo.InvariantCulture));
}
