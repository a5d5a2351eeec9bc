using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MaaS.Core.Trust;

/// <summary>Chunks under AES-256-GCM: the nonce is the chunk's number (11 bytes, big-endian) and whether it is the last
/// (1 byte), so that none can be left out, moved, repeated or added behind.</summary>
/// <remarks>The STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár 2015, section 5, with a key for one file
/// alone.</remarks>
internal sealed class ChunkCipher : IDisposable
{
    public const int PlainBytes = 1 << 16, TagBytes = 16, SealedBytes = PlainBytes + TagBytes;

    private const int NonceBytes = 12;

    private readonly AesGcm _gcm;

    /// <param name="key">Cleared here.</param>
    public ChunkCipher(byte[] key)
    {
        _gcm = new AesGcm(key, TagBytes);
        CryptographicOperations.ZeroMemory(key);
    }

    public void Seal(long number, bool isLast, ReadOnlySpan<byte> plain, Span<byte> cipher)
        => _gcm.Encrypt(Nonce(number, isLast), plain, cipher[..plain.Length], cipher.Slice(plain.Length, TagBytes));

    /// <exception cref="InvalidDataException">The chunk was changed, or stands elsewhere.</exception>
    public void Open(long number, bool isLast, ReadOnlySpan<byte> cipher, Span<byte> plain)
    {
        try
        {
            _gcm.Decrypt(Nonce(number, isLast), cipher[..^TagBytes], cipher[^TagBytes..], plain);
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new InvalidDataException(
                $"chunk {number} of {PlainBytes} bytes was changed, moved or cut off", e);
        }
    }

    public void Dispose() => _gcm.Dispose();

    private static byte[] Nonce(long number, bool isLast)
    {
        var nonce = new byte[NonceBytes];
        BinaryPrimitives.WriteInt64BigEndian(nonce.AsSpan(NonceBytes - 1 - sizeof(long)), number);
        nonce[^1] = isLast ? (byte)1 : (byte)0;
        return nonce;
    }
}
