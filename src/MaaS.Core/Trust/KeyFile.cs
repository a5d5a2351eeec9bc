using System.Security.Cryptography;
using MaaS.Primitives.Files;

namespace MaaS.Core.Trust;

/// <summary>Files of elliptic-curve keys on P-256, as PEM: private ones as encrypted PKCS#8 (PBKDF2 with HMAC-SHA-256,
/// AES-256-CBC), public ones as SubjectPublicKeyInfo; OpenSSL reads and makes both.</summary>
public static class KeyFile
{
    /// <summary>PBKDF2's rounds for new files: what OWASP recommends with HMAC-SHA-256 (2023).</summary>
    public const int Iterations = 600_000;

    private const string PrivateLabel = "PRIVATE KEY", EncryptedLabel = "ENCRYPTED PRIVATE KEY",
        PublicLabel = "PUBLIC KEY";

    private const int MaxBytes = 1 << 20;

    /// <summary>Writes a private key, encrypted, in a file that only its owner may read.</summary>
    /// <param name="path">A new file.</param>
    /// <param name="key">With its private half.</param>
    /// <param name="passphrase">At least one character.</param>
    /// <exception cref="IOException">There is a file already, or it cannot be written.</exception>
    public static void WritePrivate(string path, ECAlgorithm key, ReadOnlySpan<char> passphrase)
    {
        ArgumentNullException.ThrowIfNull(key);
        KeyFingerprint.ThrowIfNotP256(key, path);
        if (passphrase.IsEmpty)
        {
            throw new ArgumentException($"{path}: expected a passphrase for the private key, got an empty one.");
        }

        var pem = key.ExportEncryptedPkcs8PrivateKeyPem(
            passphrase, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, Iterations));
        using var file = new FileStream(path, OwnersOnly());
        file.Write(System.Text.Encoding.ASCII.GetBytes(pem + "\n"));
        file.Flush(flushToDisk: true);
    }

    /// <summary>Writes the public half of a key.</summary>
    /// <param name="path">Replaced when it exists.</param>
    /// <param name="key">Private or public.</param>
    public static void WritePublic(string path, ECAlgorithm key)
    {
        ArgumentNullException.ThrowIfNull(key);
        AtomicFile.WriteText(path, key.ExportSubjectPublicKeyInfoPem() + "\n");
    }

    /// <summary>Reads a private key that signs.</summary>
    /// <param name="path">A PEM file.</param>
    /// <param name="passphrase">Asked for when the file is encrypted.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It holds no such key, or the passphrase is wrong.</exception>
    public static ECDsa ReadSigning(string path, Func<string> passphrase)
        => ReadPrivate(path, passphrase, ECDsa.Create);

    /// <summary>Reads a private key that opens encrypted packages.</summary>
    /// <inheritdoc cref="ReadSigning"/>
    public static ECDiffieHellman ReadDecryption(string path, Func<string> passphrase)
        => ReadPrivate(path, passphrase, ECDiffieHellman.Create);

    /// <summary>Reads the public keys of whom signatures are trusted.</summary>
    /// <param name="path">A PEM file with one key or several.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It holds no such key.</exception>
    public static IReadOnlyList<ECDsa> ReadTrusted(string path) => ReadPublic(path, ECDsa.Create);

    /// <summary>Reads the public keys to which packages are encrypted.</summary>
    /// <inheritdoc cref="ReadTrusted"/>
    public static IReadOnlyList<ECDiffieHellman> ReadRecipients(string path)
        => ReadPublic(path, ECDiffieHellman.Create);

    internal static FileStreamOptions OwnersOnly()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    private static T ReadPrivate<T>(string path, Func<string> passphrase, Func<T> create)
        where T : ECAlgorithm
    {
        ArgumentNullException.ThrowIfNull(passphrase);
        var text = ReadText(path);
        var (label, pem) = Blocks(text).FirstOrDefault(static b => b.Label is PrivateLabel or EncryptedLabel);
        return label is null
            ? throw new InvalidDataException(
                $"{path}: expected a private key as PEM ({EncryptedLabel}), found "
                    + $"{(text.Contains(PublicLabel, StringComparison.Ordinal) ? "a public one" : "none")}.")
            : Import(path, create, key =>
            {
                if (label == EncryptedLabel)
                {
                    key.ImportFromEncryptedPem(pem, passphrase());
                }
                else
                {
                    key.ImportFromPem(pem);
                }
            },
                label == EncryptedLabel ? "the passphrase is wrong, or the file was changed" : "the file was changed");
    }

    private static List<T> ReadPublic<T>(string path, Func<T> create)
        where T : ECAlgorithm
    {
        var blocks = Blocks(ReadText(path)).ToList();
        if (blocks.Exists(static b => b.Label is PrivateLabel or EncryptedLabel))
        {
            throw new InvalidDataException(
                $"{path}: expected public keys alone, found a private one; name the file of its public half.");
        }

        var keys = blocks.Where(static b => b.Label == PublicLabel)
            .Select(b => Import(path, create, key => key.ImportFromPem(b.Pem), "the file was changed")).ToList();
        return keys.Count > 0 ? keys
            : throw new InvalidDataException($"{path}: expected a public key as PEM ({PublicLabel}), found none.");
    }

    private static T Import<T>(string path, Func<T> create, Action<T> import, string cause)
        where T : ECAlgorithm
    {
        var key = create();
        try
        {
            import(key);
            KeyFingerprint.ThrowIfNotP256(key, path);
            return key;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new InvalidDataException(
                e is ArgumentException && e.Message.Contains("P-256", StringComparison.Ordinal) ? e.Message
                    : $"{path}: expected an elliptic-curve key on P-256: {cause}.", e);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private static string ReadText(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = new FileInfo(path);
        return !file.Exists ? throw new FileNotFoundException($"{path}: expected a key as PEM, found no file.", path)
            : file.Length <= MaxBytes ? File.ReadAllText(path)
            : throw new InvalidDataException($"{path}: expected a key as PEM, got {file.Length} bytes.");
    }

    private static IEnumerable<(string Label, string Pem)> Blocks(string text)
    {
        while (PemEncoding.TryFind(text, out var fields))
        {
            yield return (text[fields.Label], text[fields.Location]);
            text = text[fields.Location.End..];
        }
    }
}
