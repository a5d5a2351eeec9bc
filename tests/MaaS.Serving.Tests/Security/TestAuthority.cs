using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;

namespace MaaS.Serving.Tests.Security;

/// <summary>A certificate authority of .NET's own, with the lists of what it has revoked.</summary>
internal sealed class TestAuthority : IDisposable
{
    public const string Server = "1.3.6.1.5.5.7.3.1", Client = "1.3.6.1.5.5.7.3.2";

    private static readonly TimeSpan Month = TimeSpan.FromDays(30);

    public TestAuthority(string name = "CN=authority", TestAuthority? above = null, bool rsa = false)
    {
        using AsymmetricAlgorithm key = rsa ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = key is RSA r ? new CertificateRequest(
            name, r, HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(name, (ECDsa)key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = DateTimeOffset.UtcNow;
        if (above is null)
        {
            Certificate = request.CreateSelfSigned(now - Month, now + Month);
            return;
        }

        using var issued = request.Create(
            above.Certificate, above.Certificate.NotBefore, above.Certificate.NotAfter,
            RandomNumberGenerator.GetBytes(8));
        Certificate = key is RSA own ? issued.CopyWithPrivateKey(own) : issued.CopyWithPrivateKey((ECDsa)key);
    }

    public X509Certificate2 Certificate { get; }

    public X509Certificate2 Issue(string name, string purpose = Client, bool isExpired = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false));
        var now = DateTimeOffset.UtcNow;
        using var issued = request.Create(
            Certificate.SubjectName,
            Certificate.GetRSAPrivateKey() is { } rsa ? X509SignatureGenerator.CreateForRSA(
                rsa, RSASignaturePadding.Pkcs1)
                : X509SignatureGenerator.CreateForECDsa(Certificate.GetECDsaPrivateKey()!),
            isExpired ? now.AddDays(-20) : now.AddDays(-1),
            isExpired ? now.AddDays(-1) : now.AddDays(1),
            RandomNumberGenerator.GetBytes(8));
        using var withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(
            withKey.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }

    /// <summary>The DER of a list that names certificates.</summary>
    public byte[] Revoke(DateTimeOffset? nextUpdate, params X509Certificate2[] certificates)
    {
        var list = new CertificateRevocationListBuilder();
        foreach (var certificate in certificates)
        {
            list.AddEntry(certificate, DateTimeOffset.UtcNow, X509RevocationReason.KeyCompromise);
        }

        var until = nextUpdate ?? DateTimeOffset.UtcNow + Month;
        return list.Build(
            Certificate, 1, until, HashAlgorithmName.SHA256,
            Certificate.GetRSAPrivateKey() is null ? null : RSASignaturePadding.Pkcs1, until - Month);
    }

    public static string Pem(byte[] list) => PemEncoding.WriteString("X509 CRL", list) + "\n";

    /// <summary>Writes a certificate for localhost and lets a server use it on every address with TLS.</summary>
    public Action<WebApplicationBuilder> ServerCertificate(ModelsFolder folder)
    {
        using var certificate = Issue("CN=localhost", Server);
        File.WriteAllText(folder["server.pem"], certificate.ExportCertificatePem());
        File.WriteAllText(folder["server.key"], certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        return builder => builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Kestrel:Certificates:Default:Path"] = folder["server.pem"],
            ["Kestrel:Certificates:Default:KeyPath"] = folder["server.key"],
        });
    }

    /// <summary>A client that trusts this authority and shows a certificate; null for none.</summary>
    public HttpClient Connect(Uri address, X509Certificate2? certificate) => new(new SocketsHttpHandler
    {
        SslOptions =
        {
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.Issuer == Certificate.Subject,

            // Shown whatever the server says it would like.
            LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate!,
        },
    })
    { BaseAddress = address };

    public void Dispose() => Certificate.Dispose();
}
