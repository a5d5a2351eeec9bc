using System.Security.Cryptography;

namespace MaaS.Core.Trust;

/// <summary>Wraps a data key for one recipient, as ECIES does: an ephemeral key pair for each wrap, ECDH with the
/// recipient's key on P-256, HKDF-SHA-256, AES-256-GCM.</summary>
/// <remarks>SEC 1 version 2.0, section 5.1; NIST SP 800-56A, one ephemeral and one static key; RFC 5869. A key is used
/// once, so that the nonce may be zero.</remarks>
internal static class KeyWrap
{
    public const int KeyBytes = 32, Bytes = IdBytes + PointBytes + KeyBytes + TagBytes;

    private const int IdBytes = 32, PointBytes = 65, CoordinateBytes = 32, TagBytes = 16, NonceBytes = 12;

    private static ReadOnlySpan<byte> Purpose => "MaaS sealed package v1: key for a recipient"u8;

    /// <summary>Recipient's id, ephemeral point, wrapped key with its tag.</summary>
    public static byte[] Wrap(ECDiffieHellman recipient, ReadOnlySpan<byte> dataKey)
    {
        using var ephemeral = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var wrap = new byte[Bytes];
        var id = wrap.AsSpan(0, IdBytes);
        var point = wrap.AsSpan(IdBytes, PointBytes);
        Convert.FromHexString(KeyFingerprint.Of(recipient)).CopyTo(id);
        Point(ephemeral).CopyTo(point);
        using var publicKey = recipient.PublicKey;
        using var gcm = Cipher(ephemeral.DeriveRawSecretAgreement(publicKey), point, Point(recipient));
        gcm.Encrypt(
            new byte[NonceBytes], dataKey, wrap.AsSpan(IdBytes + PointBytes, KeyBytes), wrap.AsSpan(Bytes - TagBytes),
            id);
        return wrap;
    }

    /// <summary>Whether a wrap was made for a key.</summary>
    public static bool IsFor(ECDiffieHellman key, ReadOnlySpan<byte> wrap)
        => Convert.FromHexString(KeyFingerprint.Of(key)).AsSpan().SequenceEqual(wrap[..IdBytes]);

    /// <summary>The fingerprint of the recipient that a wrap names.</summary>
    public static string RecipientOf(ReadOnlySpan<byte> wrap) => Convert.ToHexStringLower(wrap[..IdBytes]);

    /// <summary>The data key.</summary>
    /// <exception cref="CryptographicException">The wrap was changed.</exception>
    public static byte[] Unwrap(ECDiffieHellman key, ReadOnlySpan<byte> wrap)
    {
        var point = wrap.Slice(IdBytes, PointBytes);
        using var ephemeral = ECDiffieHellman.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = point[0] == 4 ? new ECPoint
            {
                X = point.Slice(1, CoordinateBytes).ToArray(),
                Y = point[(1 + CoordinateBytes)..].ToArray(),
            } : throw new CryptographicException("The ephemeral point has another form."),
        });
        using var publicKey = ephemeral.PublicKey;
        byte[] secret;
        lock (key)   // Servers open several packages at once with one key.
        {
            secret = key.DeriveRawSecretAgreement(publicKey);
        }

        using var gcm = Cipher(secret, point, Point(key));
        var dataKey = new byte[KeyBytes];
        gcm.Decrypt(
            new byte[NonceBytes], wrap.Slice(IdBytes + PointBytes, KeyBytes), wrap[(Bytes - TagBytes)..], dataKey,
            wrap[..IdBytes]);
        return dataKey;
    }

    private static AesGcm Cipher(byte[] secret, ReadOnlySpan<byte> ephemeral, ReadOnlySpan<byte> recipient)
    {
        Span<byte> key = stackalloc byte[KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, [.. ephemeral, .. recipient], Purpose);
        CryptographicOperations.ZeroMemory(secret);
        var gcm = new AesGcm(key, TagBytes);
        CryptographicOperations.ZeroMemory(key);
        return gcm;
    }

    private static byte[] Point(ECDiffieHellman key)
    {
        var q = key.ExportParameters(includePrivateParameters: false).Q;
        return [4, .. q.X!, .. q.Y!];
    }
}
