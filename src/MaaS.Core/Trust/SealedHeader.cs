using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MaaS.Core.Trust;

/// <summary>What stands before the chunks of a sealed file: <c>MAASSEAL</c>, the version (1 byte), the number of
/// recipients (2 bytes, big-endian), a wrapped data key for each, and an HMAC-SHA-256 over all that under a key that
/// only recipients have.</summary>
/// <remarks>The plan is that of age (C2SP age v1), with P-256 and AES-GCM for X25519 and ChaCha20-Poly1305, which .NET
/// lacks on some systems. The chunks' key depends on the whole header, so that none fits in front of other
/// chunks.</remarks>
internal static class SealedHeader
{
    public const int MaxRecipients = 64;

    private const byte Version = 1;
    private const int MagicBytes = 8, StartBytes = MagicBytes + 3, MacBytes = 32;

    public static ReadOnlySpan<byte> Magic => "MAASSEAL"u8;

    private static ReadOnlySpan<byte> MacPurpose => "MaaS sealed package v1: header"u8;

    private static ReadOnlySpan<byte> PayloadPurpose => "MaaS sealed package v1: chunks"u8;

    /// <summary>Whether a file begins as an encrypted package does.</summary>
    public static bool IsAt(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[MagicBytes];
        return file.ReadAtLeast(start, MagicBytes, throwOnEndOfStream: false) == MagicBytes
            && start.SequenceEqual(Magic);
    }

    /// <summary>A new header, and the key of the chunks after it.</summary>
    public static (byte[] Header, byte[] PayloadKey) Create(IReadOnlyList<ECDiffieHellman> recipients)
    {
        if (recipients.Count is 0 or > MaxRecipients)
        {
            throw new ArgumentException(
                $"encrypt: expected 1 to {MaxRecipients} recipients, got {recipients.Count}.", nameof(recipients));
        }

        foreach (var recipient in recipients)
        {
            KeyFingerprint.ThrowIfNotP256(recipient, "encrypt");
        }

        var dataKey = RandomNumberGenerator.GetBytes(KeyWrap.KeyBytes);
        var start = new byte[StartBytes];
        Magic.CopyTo(start);
        start[MagicBytes] = Version;
        BinaryPrimitives.WriteUInt16BigEndian(start.AsSpan(MagicBytes + 1), (ushort)recipients.Count);
        byte[] signed = [.. start, .. recipients.SelectMany(r => KeyWrap.Wrap(r, dataKey))];
        byte[] header = [.. signed, .. Mac(dataKey, signed)];
        return (header, PayloadKey(dataKey, header));
    }

    /// <summary>Reads a header from the start of a file and leaves the stream behind it.</summary>
    /// <returns>The header's length, and the key of the chunks.</returns>
    /// <exception cref="InvalidDataException">No key fits, or the header was changed.</exception>
    public static (int Length, byte[] PayloadKey) Open(Stream file, IReadOnlyList<ECDiffieHellman> keys)
    {
        var start = Read(file, StartBytes);
        var recipients = BinaryPrimitives.ReadUInt16BigEndian(start.AsSpan(MagicBytes + 1));
        if (!start.AsSpan().StartsWith(Magic) || start[MagicBytes] != Version || recipients is 0 or > MaxRecipients)
        {
            throw new InvalidDataException(
                $"expected an encrypted package of version {Version} with 1 to {MaxRecipients} recipients, got "
                    + $"version {start[MagicBytes]} with {recipients}; it was changed, or a newer MaaS reads it");
        }

        var wraps = Read(file, recipients * KeyWrap.Bytes);
        var mac = Read(file, MacBytes);
        byte[] signed = [.. start, .. wraps];
        var dataKey = DataKey(wraps, keys);
        if (!CryptographicOperations.FixedTimeEquals(Mac(dataKey, signed), mac))
        {
            throw new InvalidDataException("the header was changed");
        }

        byte[] header = [.. signed, .. mac];
        return (header.Length, PayloadKey(dataKey, header));
    }

    private static byte[] DataKey(byte[] wraps, IReadOnlyList<ECDiffieHellman> keys)
    {
        foreach (var wrap in wraps.Chunk(KeyWrap.Bytes))
        {
            if (keys.FirstOrDefault(k => KeyWrap.IsFor(k, wrap)) is not { } key)
            {
                continue;
            }

            try
            {
                return KeyWrap.Unwrap(key, wrap);
            }
            catch (CryptographicException e)
            {
                throw new InvalidDataException("the header was changed", e);
            }
        }

        throw new InvalidDataException(
            "it is encrypted to the keys ["
                + string.Join(", ", wraps.Chunk(KeyWrap.Bytes).Select(static w => Short(KeyWrap.RecipientOf(w))))
                + (keys.Count == 0 ? "]; give a decryption key"
                    : $"], got the keys [{string.Join(", ", keys.Select(static k => Short(KeyFingerprint.Of(k))))}]"));
    }

    private static string Short(string fingerprint) => fingerprint[..16] + "…";

    private static byte[] Mac(byte[] dataKey, byte[] signed)
        => HMACSHA256.HashData(
            HKDF.DeriveKey(HashAlgorithmName.SHA256, dataKey, KeyWrap.KeyBytes, info: MacPurpose.ToArray()), signed);

    private static byte[] PayloadKey(byte[] dataKey, byte[] header)
    {
        var key = HKDF.DeriveKey(
            HashAlgorithmName.SHA256, dataKey, KeyWrap.KeyBytes, SHA256.HashData(header), PayloadPurpose.ToArray());
        CryptographicOperations.ZeroMemory(dataKey);
        return key;
    }

    private static byte[] Read(Stream file, int count)
    {
        var bytes = new byte[count];
        try
        {
            file.ReadExactly(bytes);
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException("the header is cut off", e);
        }

        return bytes;
    }
}
