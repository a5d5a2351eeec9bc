using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace MaaS.Client;

/// <summary>Makes connections as the options say.</summary>
internal static class ClientHandler
{
    /// <summary>A handler for both transports; the caller owns it.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A file holds no certificate or no
    /// key.</exception>
    public static SocketsHttpHandler Create(MaaSClientOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            // A name may lead elsewhere after a while; a server may take fewer calls on one connection than are under
            // way.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = TimeSpan.FromSeconds(10),

            // An answer that nobody waits for any more is not read to its end.
            ResponseDrainTimeout = TimeSpan.Zero,
        };
        if (options.ClientCertificateFile is { } file)
        {
            handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(
                WithUsableKey(X509Certificate2.CreateFromPemFile(file, options.ClientKeyFile)), ReadAll(file),
                offline: true);
        }

        if (options.ServerAuthorityFile is { } authorities)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            };
            policy.CustomTrustStore.AddRange(ReadAll(authorities));
            handler.SslOptions.CertificateChainPolicy = policy;
        }

        return handler;
    }

    private static X509Certificate2Collection ReadAll(string file)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(file);
        return certificates;
    }

    /// <summary>Windows' TLS takes no keys that live in memory alone.</summary>
    private static X509Certificate2 WithUsableKey(X509Certificate2 certificate)
    {
        if (!OperatingSystem.IsWindows())
        {
            return certificate;
        }

        using (certificate)
        {
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
        }
    }
}
