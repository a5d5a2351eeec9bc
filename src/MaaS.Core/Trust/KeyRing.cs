using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace MaaS.Core.Trust;

/// <summary>A folder of key pairs: <c>NAME.signing.key</c> and <c>NAME.signing.pub</c>, <c>NAME.encryption.key</c> and
/// <c>.pub</c>, and <c>revoked.json</c>, which servers read.</summary>
/// <param name="folder">Made with the first key.</param>
/// <param name="clock">Tells when keys are revoked; null for the system's.</param>
public sealed partial class KeyRing(string folder, TimeProvider? clock = null)
{
    private const string PrivateEnding = ".key", PublicEnding = ".pub", LockFile = ".lock";
    private static readonly TimeSpan LockRetry = TimeSpan.FromMilliseconds(20), LockTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The list of revoked keys; empty from the first signing key on, so that a list that is gone is
    /// noticed: it is never begun anew where there are signing keys.</summary>
    public string RevocationFile => Path.Combine(folder, "revoked.json");

    /// <summary>Makes a key pair.</summary>
    /// <param name="name">1 to 64 of A-Z a-z 0-9 _ -.</param>
    /// <param name="kind">What it is for.</param>
    /// <param name="passphrase">Encrypts the private half.</param>
    /// <exception cref="ArgumentException">The name is not allowed, or the passphrase is empty.</exception>
    /// <exception cref="IOException">There is such a key already.</exception>
    /// <exception cref="FileNotFoundException">There are signing keys, and the list of revoked ones is
    /// gone.</exception>
    public KeyRingEntry Create(string name, KeyKind kind, ReadOnlySpan<char> passphrase)
    {
        if (name is null || !Name().IsMatch(name))
        {
            throw new ArgumentException($"key: expected a name of 1 to 64 of A-Z a-z 0-9 _ -, got '{name}'.");
        }

        Directory.CreateDirectory(folder);
        var path = PathOf(name, kind);
        if (File.Exists(path + PublicEnding) || File.Exists(path + PrivateEnding))
        {
            throw new IOException(
                $"{path}{PublicEnding}: expected no key of that name yet, found one; choose another name, as "
                    + $"{name}-2: a key is never replaced.");
        }

        if (kind == KeyKind.Signing)
        {
            using var _ = Lock();
            if (!File.Exists(RevocationFile))
            {
                ThrowIfListIsGone();
                RevocationList.Write(RevocationFile, []);
            }
        }

        using ECAlgorithm key = kind == KeyKind.Signing
            ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        KeyFile.WritePrivate(path + PrivateEnding, key, passphrase);
        KeyFile.WritePublic(path + PublicEnding, key);
        return new KeyRingEntry(
            name, kind, KeyFingerprint.Of(key), path + PublicEnding, path + PrivateEnding, Revoked: null);
    }

    /// <summary>The key pairs of a kind, in the order of their names.</summary>
    /// <exception cref="InvalidDataException">A file is no key.</exception>
    public IReadOnlyList<KeyRingEntry> List(KeyKind kind)
    {
        var ending = Ending(kind) + PublicEnding;
        var revoked = Revoked();
        return !Directory.Exists(folder) ? []
            : [.. Directory.EnumerateFiles(folder, $"*{ending}").Order(StringComparer.Ordinal).Select(file =>
            {
                using var key = KeyFile.ReadTrusted(file)[0];
                var (fingerprint, secret) =
                    (KeyFingerprint.Of(key), Path.ChangeExtension(file, PrivateEnding));
                return new KeyRingEntry(
                    Path.GetFileName(file)[..^ending.Length], kind, fingerprint, file,
                    File.Exists(secret) ? secret : null, revoked.FirstOrDefault(r => r.Fingerprint == fingerprint));
            })];
    }

    /// <summary>Takes a signing key back: what it signed is refused wherever the ring's list is read.</summary>
    /// <param name="nameOrFingerprint">A key of this ring, or the fingerprint of any.</param>
    /// <param name="reason">Why, for people.</param>
    /// <exception cref="KeyNotFoundException">The ring has no such key.</exception>
    /// <exception cref="FileNotFoundException">There are signing keys, and the list of revoked ones is
    /// gone.</exception>
    /// <exception cref="IOException">Another process holds the lock.</exception>
    public RevokedKey Revoke(string nameOrFingerprint, string? reason = null)
    {
        var keys = List(KeyKind.Signing);
        var entry = keys.FirstOrDefault(k => k.Name == nameOrFingerprint || k.Fingerprint == nameOrFingerprint);
        if (entry is null && !KeyFingerprint.IsValid(nameOrFingerprint))
        {
            throw new KeyNotFoundException(
                $"{folder}: expected one of the signing keys [{string.Join(", ", keys.Select(static k => k.Name))}] or "
                    + $"a fingerprint of 64 lower-case hexadecimal digits, got '{nameOrFingerprint}'.");
        }

        Directory.CreateDirectory(folder);
        using var _ = Lock();   // Of two at once, the later list would lack what the earlier added.
        ThrowIfListIsGone();
        var (revoked, fingerprint) = (Revoked(), entry?.Fingerprint ?? nameOrFingerprint);
        if (revoked.FirstOrDefault(r => r.Fingerprint == fingerprint) is { } already)
        {
            return already;
        }

        var key = new RevokedKey(fingerprint, (clock ?? TimeProvider.System).GetUtcNow(), entry?.Name, reason);
        RevocationList.Write(RevocationFile, [.. revoked, key]);
        return key;
    }

    private void ThrowIfListIsGone()
    {
        if (!File.Exists(RevocationFile)
            && Directory.EnumerateFiles(folder, $"*{Ending(KeyKind.Signing)}{PublicEnding}").Any())
        {
            throw new FileNotFoundException(
                $"{RevocationFile}: expected the list of revoked keys beside signing keys, found none; put it back "
                    + "from a copy, or, where no key was ever revoked, write {\"revoked\": []} there.", RevocationFile);
        }
    }

    private FileStream Lock()
    {
        var path = Path.Combine(folder, LockFile);
        var started = Environment.TickCount64;
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
            {
                if (Environment.TickCount64 - started > LockTimeout.TotalMilliseconds)
                {
                    throw new IOException(
                        $"{path}: expected the lock within {LockTimeout.TotalSeconds} s; another process holds it.", e);
                }

                Thread.Sleep(LockRetry);
            }
        }
    }

    private IReadOnlyList<RevokedKey> Revoked()
        => File.Exists(RevocationFile) ? RevocationList.Read(RevocationFile) : [];

    private string PathOf(string name, KeyKind kind) => Path.Combine(folder, name + Ending(kind));

    private static string Ending(KeyKind kind) => kind == KeyKind.Signing ? ".signing" : ".encryption";

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,64}\z")]
    private static partial Regex Name();
}
