using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.IdentityModel.Tokens;

namespace MaaS.Serving.Security;

/// <summary>The keys that tokens may be signed with.</summary>
internal static class JwtKeys
{
    private static readonly string[] Known =
        [.. new[] { "HS", "RS", "PS", "ES" }.SelectMany(
            family => new[] { "256", "384", "512" }.Select(size => family + size))];

    /// <summary>Reads every key and gathers what is wrong.</summary>
    public static IReadOnlyList<SecurityKey> Read(JwtOptions options, string where, ICollection<string> faults)
    {
        List<SecurityKey> keys = [];
        if (options.Issuer.Length == 0 || options.Audience.Length == 0)
        {
            faults.Add(
                $"{where}: expected {nameof(options.Issuer)} and {nameof(options.Audience)}, got '{options.Issuer}' "
                    + $"and '{options.Audience}'; tokens meant for others would be taken");
        }

        foreach (var algorithm in options.AcceptedAlgorithms.Except(Known))
        {
            faults.Add(
                $"{where}:{nameof(options.Algorithms)}: expected some of [{string.Join(", ", Known)}], got "
                    + $"'{algorithm}'");
        }

        if (options.JwksFile is { } jwks)
        {
            Try(jwks, () => keys.AddRange(new JsonWebKeySet(File.ReadAllText(jwks)).GetSigningKeys()));
        }

        foreach (var file in options.PublicKeyFiles)
        {
            Try(file, () => keys.Add(PublicKey(File.ReadAllText(file))));
        }

        if (options.SecretFile is { } secret)
        {
            Try(secret, () => keys.Add(Secret(File.ReadAllBytes(secret))));
        }

        if (keys.Count == 0 && faults.Count == 0)
        {
            faults.Add(
                $"{where}: expected a key in {nameof(options.JwksFile)}, {nameof(options.PublicKeyFiles)} or "
                    + $"{nameof(options.SecretFile)}, got none");
        }

        return keys;

        void Try(string file, Action read)
        {
            try
            {
                read();
            }
            catch (Exception e) when (
                e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException
                    or InvalidDataException)
            {
                faults.Add($"{where}: '{file}' gives no key: {e.Message}");
            }
        }
    }

    private static SecurityKey PublicKey(string pem)
    {
        if (pem.Contains("PRIVATE KEY", StringComparison.Ordinal))
        {
            throw new InvalidDataException(
                "expected a public key or certificate, got a private key; the server needs none");
        }

        if (pem.Contains("BEGIN CERTIFICATE", StringComparison.Ordinal))
        {
            return new X509SecurityKey(X509Certificate2.CreateFromPem(pem));
        }

        var ec = ECDsa.Create();
        try
        {
            ec.ImportFromPem(pem);
            return new ECDsaSecurityKey(ec);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            ec.Dispose();
            var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            return rsa.KeySize >= 2048
                ? new RsaSecurityKey(rsa) : throw new InvalidDataException(
                    $"expected at least 2048 bits, got {rsa.KeySize}", e);
        }
    }

    private static SymmetricSecurityKey Secret(byte[] bytes)
        => bytes.Length >= 32
        ? new SymmetricSecurityKey(bytes) : throw new InvalidDataException(
            $"expected a secret of at least 32 bytes, got {bytes.Length}");
}
