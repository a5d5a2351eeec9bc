using MaaS.Serving.Endpoints;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Hosting;

/// <summary>
/// Sets Kestrel up: addresses, TLS, client certificates. Certificates come from its configuration,
/// <c>Kestrel:Certificates:Default</c> (Path, KeyPath, Password), and limits from <c>Kestrel:Limits</c>.
/// </summary>
internal static class ServingTransport
{
    public static void Use(WebApplicationBuilder builder, string url)
    {
        builder.WebHost.UseUrls(";"); // None, also where the configuration has some: see Bind.
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.AddCors();
        builder.Services.Configure<KestrelServerOptions>(builder.Configuration.GetSection("Kestrel"));
        builder.Services.AddOptions<KestrelServerOptions>().Configure<IOptions<MaaSServingOptions>>(
            (kestrel, options) =>
        {
            kestrel.AddServerHeader = false;

            // Before any address is added: UseHttps takes over the defaults that stand then, and no later ones.
            if (options.Value.Security.ClientAuthorityFile is not null)
            {
                kestrel.ConfigureHttpsDefaults(
                    https
                        => RequireCertificates(
                            https, kestrel.ApplicationServices.GetRequiredService<ClientAuthority>()));
            }

            Listen(kestrel, url, options.Value);
        });
    }

    /// <summary>Gives the application its addresses, where <see cref="Listen"/> did not.</summary>
    public static void Bind(WebApplication app, string url, MaaSServingOptions options)
    {
        if (!HasEndpoints(options))
        {
            foreach (var address in Split(url))
            {
                app.Urls.Add(address);
            }
        }
    }

    /// <summary>Tells the guard on which ports models are administered and gRPC is spoken.</summary>
    public static void SetPorts(WebApplication app, int? admin, int? grpc)
    {
        var guard = app.Services.GetRequiredService<EndpointGuard>();
        guard.AdminPort = admin ?? guard.AdminPort;
        guard.GrpcPort = grpc;
    }

    /// <summary>Who listens on a name is called by it.</summary>
    public static void AllowHostsOf(string url, MaaSServingOptions options)
    {
        foreach (var address in Split(url).Append(options.GrpcUrl).Append(options.Security.AdminUrl).OfType<string>()
            .Where(ListenAddress.IsValid))
        {
            var host = BindingAddress.Parse(address).Host;
            if (Uri.CheckHostName(host) == UriHostNameType.Dns && !options.Security.AllowedHosts.Contains(host))
            {
                options.Security.AllowedHosts.Add(host);
            }
        }
    }

    private static bool HasEndpoints(MaaSServingOptions options)
        => options.GrpcUrl is not null || options.Security.AdminUrl is not null;

    private static string[] Split(string url)
        => url.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Endpoints set here take the place of the host's addresses, so that all are set or none.</summary>
    private static void Listen(KestrelServerOptions kestrel, string url, MaaSServingOptions options)
    {
        if (!HasEndpoints(options))
        {
            return;
        }

        foreach (var address in Split(url))
        {
            kestrel.Listen(address);
        }

        if (options.GrpcUrl is { } grpc)
        {
            kestrel.Listen(grpc, HttpProtocols.Http2);
        }

        if (options.Security.AdminUrl is { } admin)
        {
            kestrel.Listen(admin);
        }
    }

    /// <summary>
    /// Only certificates that a configured authority issued are taken; the machine's own list does not count.
    /// </summary>
    private static void RequireCertificates(HttpsConnectionAdapterOptions https, ClientAuthority authority)
    {
        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        https.ClientCertificateValidation = (certificate, sent, _) => authority.Accepts(certificate, sent);
    }
}
