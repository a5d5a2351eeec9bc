using System.Security.Cryptography.X509Certificates;
using MaaS.Serving.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MaaS.Serving;

/// <summary>
/// Sets Kestrel up: addresses, TLS, client certificates. Certificates come from its configuration, <c>Kestrel:Certificates:Default</c>
/// (Path, KeyPath, Password), and limits from <c>Kestrel:Limits</c>.
/// </summary>
internal static class ServingTransport
{
    public static void Use(WebApplicationBuilder builder, string url)
    {
        builder.WebHost.UseUrls(";"); // None, also where the configuration has some: see Bind.
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.AddCors();
        builder.Services.Configure<KestrelServerOptions>(builder.Configuration.GetSection("Kestrel"));
        builder.Services.AddOptions<KestrelServerOptions>().Configure<IOptions<MaaSServingOptions>>((kestrel, options) =>
        {
            kestrel.AddServerHeader = false;
            Listen(kestrel, url, options.Value);
            if (options.Value.Security.ClientAuthorityFile is { } authorities)
            {
                kestrel.ConfigureHttpsDefaults(https => RequireCertificates(https, authorities));
            }
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

    private static bool HasEndpoints(MaaSServingOptions options) => options.GrpcUrl is not null || options.Security.AdminUrl is not null;

    private static string[] Split(string url) => url.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

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

    /// <summary>Only certificates that a configured authority issued are taken; the machine's own list does not count.</summary>
    private static void RequireCertificates(HttpsConnectionAdapterOptions https, string authorityFile)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(authorityFile);
        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        https.ClientCertificateValidation = (certificate, sent, _) =>
        {
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid("1.3.6.1.5.5.7.3.2")); // Client authentication.
            if (sent is not null)
            {
                chain.ChainPolicy.ExtraStore.AddRange(sent.ChainElements.Select(e => e.Certificate).ToArray());
            }

            return chain.Build(certificate);
        };
    }
}
