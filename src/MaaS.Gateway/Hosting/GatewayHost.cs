using System.Net;
using MaaS.Gateway.Forwarding;
using MaaS.Gateway.Monitoring;
using MaaS.Gateway.Security;
using MaaS.Gateway.Servers;
using MaaS.Primitives.Hosts;
using MaaS.Serving;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MaaS.Gateway.Hosting;

/// <summary>A gateway of its own: Kestrel before the servers of a fleet.</summary>
/// <remarks>
/// Requests go to <see cref="Address"/> (and gRPC without TLS to <see cref="GrpcAddress"/>) as to a server; credentials
/// are passed on, and each server checks them, unless <see cref="GatewayOptions.Authentication"/> says who may call.
/// <see cref="AdminAddress"/>, on the loopback address, has the page of the fleet (<c>/</c>), <c>/fleet</c> as JSON and
/// <c>/metrics</c>. <c>/livez</c> and <c>/readyz</c> are the gateway's own on every address.
/// </remarks>
public sealed class GatewayHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private GatewayHost(WebApplication app, Uri address, Uri? grpc, Uri admin)
        => (_app, Address, GrpcAddress, AdminAddress) = (app, address, grpc, admin);

    /// <summary>Where requests go.</summary>
    public Uri Address { get; }

    /// <summary>Where gRPC without TLS goes; null where there is none.</summary>
    public Uri? GrpcAddress { get; }

    /// <summary>Where the fleet is shown.</summary>
    public Uri AdminAddress { get; }

    /// <summary>Starts a gateway; servers were looked for once when the task completes.</summary>
    /// <param name="options">Which servers.</param>
    /// <param name="url">Where to listen, as <c>http://0.0.0.0:8080</c>; port 0 takes a free one.</param>
    /// <param name="grpcUrl">Likewise for gRPC without TLS; null for none.</param>
    /// <param name="adminUrl">Likewise for the page and the metrics.</param>
    /// <param name="configure">More of the host, such as logging or TLS; null for nothing.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <exception cref="ArgumentException">An option cannot work.</exception>
    /// <exception cref="IOException">An address is taken.</exception>
    public static async Task<GatewayHost> StartAsync(
        GatewayOptions options, string url = "http://127.0.0.1:8080", string? grpcUrl = null,
        string adminUrl = "http://127.0.0.1:8081", Action<WebApplicationBuilder>? configure = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        configure?.Invoke(builder);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;   // Each server has its own limit.
            Listen(kestrel, url, HttpProtocols.Http1AndHttp2);
            if (grpcUrl is not null)
            {
                Listen(kestrel, grpcUrl, HttpProtocols.Http2);
            }

            Listen(kestrel, adminUrl, HttpProtocols.Http1, admin: true);
        });
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<Fleet>();
        builder.Services.AddSingleton<GatewayMetrics>();
        builder.Services.AddSingleton<ServerConnections>();
        builder.Services.AddSingleton<ModelLists>();
        builder.Services.AddSingleton<GatewayForwarder>();
        if (options.Authentication is { } authentication)
        {
            builder.Services.Configure<MaaSServingOptions>(o => authentication.Apply(o.Security));
            builder.Services.AddSecurity();
            builder.Services.AddSingleton(authentication);
            builder.Services.AddSingleton<CallerTokens>();
            builder.Services.AddSingleton<Entrance>();
        }

        builder.Services.AddHttpForwarder();
        builder.Services.AddHostedService<FleetWatch>();
        var app = builder.Build();
        try
        {
            var pages = new FleetPages(
                app.Services.GetRequiredService<Fleet>(), app.Services.GetRequiredService<GatewayMetrics>());
            var forwarder = app.Services.GetRequiredService<GatewayForwarder>();
            var names = new HostNames(options.AllowedHosts);
            app.Run(context => FleetPages.IsHealth(context.Request) ? pages.InvokeAsync(context)
                : IsAdministration(context) is var admin && !names.Allow(Host(context), admin)
                    ? RefuseHostAsync(context)
                : admin ? pages.InvokeAsync(context) : forwarder.InvokeAsync(context));
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
            // Those of code come first, in their order; Kestrel's configuration may add more.
            var addresses = app.Services.GetRequiredService<IServer>().Features
                .GetRequiredFeature<IServerAddressesFeature>().Addresses.Select(static a => new Uri(a)).ToArray();
            return new GatewayHost(
                app, addresses[0], grpcUrl is null ? null : addresses[1], addresses[grpcUrl is null ? 1 : 2]);
        }
        catch
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Waits until the process is told to end (Ctrl+C, SIGTERM) or the token fires, and answers what is under
    /// way.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken = default)
        => _app.WaitForShutdownAsync(cancellationToken);

    /// <summary>Takes no new requests and answers those under way.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    private static bool IsAdministration(HttpContext context)
        => context.Features.Get<AdminConnection>() is not null;

    private static ReadOnlySpan<char> Host(HttpContext context)
        => context.Request.Headers.Host is [{ } one] ? one : default(ReadOnlySpan<char>);

    private static Task RefuseHostAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
        return context.Response.WriteAsync(
            $"gateway: expected a request for one of its names, got '{context.Request.Host.Host}'; name it with "
                + "--allowed-host.\n", context.RequestAborted);
    }

    private static void Listen(
        KestrelServerOptions kestrel, string url, HttpProtocols protocols, bool admin = false)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new ArgumentException($"Gateway: expected an address as http://0.0.0.0:8080, got '{url}'.");
        }

        var host = address.Host is "localhost" ? IPAddress.Loopback
            : IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) ? ip
            : throw new ArgumentException(
                $"Gateway: expected an IP address or localhost to listen on, got '{address.Host}'.");
        kestrel.Listen(host, address.Port, listen =>
        {
            listen.Protocols = address.Scheme is "https" || protocols is not HttpProtocols.Http1AndHttp2
                ? protocols : HttpProtocols.Http1;   // Without TLS one address cannot offer both.
            if (admin)
            {
                listen.Use(next => connection =>
                {
                    connection.Features.Set(AdminConnection.Instance);
                    return next(connection);
                });
            }

            if (address.Scheme is "https")
            {
                listen.UseHttps();
            }
        });
    }
}
