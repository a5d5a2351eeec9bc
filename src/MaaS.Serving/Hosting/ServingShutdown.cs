using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Hosting;

/// <summary>Fits the host's patience to the server's.</summary>
internal static class ServingShutdown
{
    /// <summary>
    /// Lets a host wait for as long as requests may take to finish; one that waits longer goes on to.
    /// </summary>
    public static void Fit(HostOptions host, IOptions<MaaSServingOptions> options)
    {
        var needed = options.Value.DrainDelay + options.Value.DrainTimeout;
        if (host.ShutdownTimeout < needed)
        {
            host.ShutdownTimeout = needed;
        }
    }
}
