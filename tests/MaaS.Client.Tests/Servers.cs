using MaaS.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace MaaS.Client.Tests;

/// <summary>Real servers on free loopback ports.</summary>
internal static class Servers
{
    /// <summary>A server of REST and gRPC; everybody may do everything unless told otherwise.</summary>
    public static Task<ServingHost> StartAsync(
        string models, Action<MaaSServingOptions>? configure = null, bool isOpen = true,
        Action<WebApplicationBuilder>? builder = null, string scheme = "http")
        => ServingHost.StartAsync(
            o =>
            {
                (o.ModelsPath, o.Defaults.IntraOpThreads, o.Watch) = (models, 1, false);
                o.GrpcUrl = $"{scheme}://127.0.0.1:0";
                foreach (var scope in isOpen ? ["predict", "read", "admin"] : Array.Empty<string>())
                {
                    o.Security.AnonymousScopes.Add(scope);
                }

                configure?.Invoke(o);
            },
            $"{scheme}://127.0.0.1:0",
            b =>
            {
                b.Logging.ClearProviders();
                builder?.Invoke(b);
            });

    /// <summary>Options for servers by their transport's addresses; tries follow each other at once.</summary>
    public static MaaSClientOptions Options(Transport transport, params Uri[] addresses)
    {
        var options = new MaaSClientOptions { Transport = transport, RetryDelay = TimeSpan.FromMilliseconds(1) };
        foreach (var address in addresses)
        {
            (transport == Transport.Grpc ? options.GrpcAddresses : options.Addresses).Add(address);
        }

        return options;
    }

    /// <summary>Where a server takes a transport's requests.</summary>
    public static Uri AddressOf(this ServingHost server, Transport transport)
        => transport == Transport.Grpc ? server.GrpcAddress! : server.Address;
}
