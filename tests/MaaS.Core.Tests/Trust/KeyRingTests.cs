using System.Diagnostics;
using System.Security.Cryptography;
using MaaS.Core.Trust;
using MaaS.Tests;

namespace MaaS.Core.Tests.Trust;

public sealed class KeyRingTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Create_SigningKey_IsEncryptedForItsOwnerAloneAndListed()
    {
        var made = new KeyRing(_folder["keys"]).Create("ann", KeyKind.Signing, "correct horse");

        var text = File.ReadAllText(made.PrivateFile!);
        Assert.That(text, Does.StartWith("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(
                File.GetUnixFileMode(made.PrivateFile!), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }

        Assert.That(new KeyRing(_folder["keys"]).List(KeyKind.Signing), Is.EqualTo(new[] { made }));
        Assert.That(new KeyRing(_folder["keys"]).List(KeyKind.Encryption), Is.Empty);
        using var secret = KeyFile.ReadSigning(made.PrivateFile!, () => "correct horse");
        using var known = KeyFile.ReadTrusted(made.PublicFile)[0];
        Assert.That(
            known.VerifyData("text"u8, secret.SignData("text"u8, HashAlgorithmName.SHA256), HashAlgorithmName.SHA256));
        Assert.That(KeyFingerprint.Of(secret), Is.EqualTo(made.Fingerprint));
    }

    [Test]
    public void ReadSigning_WrongPassphrase_SaysSo()
    {
        var made = new KeyRing(_folder["keys"]).Create("ann", KeyKind.Signing, "right");

        Assert.That(
            () => KeyFile.ReadSigning(made.PrivateFile!, () => "wrong"),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("passphrase is wrong"));
        Assert.That(
            () => KeyFile.ReadSigning(made.PublicFile, () => "right"),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("found a public one"));
        Assert.That(
            () => KeyFile.ReadTrusted(made.PrivateFile!),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("found a private one"));
    }

    [Test]
    public void Create_NameThatIsThere_KeepsTheKey()
    {
        var ring = new KeyRing(_folder["keys"]);
        var made = ring.Create("ann", KeyKind.Signing, "p");

        Assert.That(() => ring.Create("ann", KeyKind.Signing, "p"), Throws.TypeOf<IOException>());
        Assert.That(() => ring.Create("../ann", KeyKind.Signing, "p"), Throws.ArgumentException);
        Assert.That(() => ring.Create("bob", KeyKind.Signing, ""), Throws.ArgumentException);
        Assert.That(
            ring.List(KeyKind.Signing).Select(static k => k.Fingerprint), Is.EqualTo(new[] { made.Fingerprint }));
    }

    [Test]
    public void Revoke_ByNameOrFingerprint_IsKeptWithTimeAndReason()
    {
        var ring = new KeyRing(_folder["keys"]);
        var made = ring.Create("ann", KeyKind.Signing, "p");
        var foreign = new string('a', 64);
        Assert.That(RevocationList.Read(ring.RevocationFile), Is.Empty);

        ring.Revoke("ann", "laptop stolen");
        ring.Revoke(foreign);

        Assert.That(
            RevocationList.Read(ring.RevocationFile).Select(static r => (r.Fingerprint, r.Name, r.Reason)),
            Is.EqualTo(new[] { (made.Fingerprint, "ann", "laptop stolen"), (foreign, (string?)null, (string?)null) }));
        Assert.That(ring.List(KeyKind.Signing)[0].Revoked!.Reason, Is.EqualTo("laptop stolen"));
        Assert.That(() => ring.Revoke("nobody"), Throws.TypeOf<KeyNotFoundException>());
    }

    [Test]
    public void CreateOrRevoke_ListThatIsGone_BeginsNoneAnew()
    {
        var ring = new KeyRing(_folder["keys"]);
        ring.Create("ann", KeyKind.Signing, "p");
        File.Delete(ring.RevocationFile);

        Assert.That(
            () => ring.Create("bob", KeyKind.Signing, "p"),
            Throws.TypeOf<FileNotFoundException>().With.Message.Contains("put it back from a copy"));
        Assert.That(() => ring.Revoke("ann"), Throws.TypeOf<FileNotFoundException>());
        Assert.That(File.Exists(ring.RevocationFile), Is.False);
        Assert.That(ring.List(KeyKind.Signing).Select(static k => k.Name), Is.EqualTo(new[] { "ann" }));
        Assert.That(() => ring.Create("server", KeyKind.Encryption, "p"), Throws.Nothing);
    }

    [Test]
    public void Revoke_ManyAtOnce_LosesNone()
    {
        var fingerprints = Enumerable.Range(0, 40).Select(static i => i.ToString("x64")).ToList();

        Parallel.ForEach(
            fingerprints, new ParallelOptions { MaxDegreeOfParallelism = 8 },
            f => new KeyRing(_folder["keys"]).Revoke(f));

        Assert.That(
            RevocationList.Read(new KeyRing(_folder["keys"]).RevocationFile).Select(static r => r.Fingerprint),
            Is.EquivalentTo(fingerprints));
    }

    [Test]
    public void Read_ListThatIsNone_Throws()
    {
        File.WriteAllText(_folder["list"], """{"revoked": [{"fingerprint": "abc", "when": "2026-01-01T00:00:00Z"}]}""");
        Assert.That(() => RevocationList.Read(_folder["list"]), Throws.TypeOf<InvalidDataException>());
        File.WriteAllText(_folder["list"], "{}");
        Assert.That(() => RevocationList.Read(_folder["list"]), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public async Task ReadSigning_KeyOfOpenSsl_IsTakenOnP256Alone()
    {
        await OpenSslAsync(
            "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-aes256", "-pass", "pass:secret",
            "-out", _folder["p256.key"]);
        await OpenSslAsync(
            "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp256k1", "-out", _folder["k1.key"]);

        using var key = KeyFile.ReadSigning(_folder["p256.key"], () => "secret");

        Assert.That(key.KeySize, Is.EqualTo(256));
        Assert.That(
            () => KeyFile.ReadSigning(_folder["k1.key"], () => ""),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("P-256"));
    }

    [Test]
    public async Task WritePrivate_Key_IsReadByOpenSsl()
    {
        var made = new KeyRing(_folder["keys"]).Create("ann", KeyKind.Signing, "secret");

        var text = await OpenSslAsync("pkey", "-in", made.PrivateFile!, "-passin", "pass:secret", "-pubout");
        var description = await OpenSslAsync("asn1parse", "-in", made.PrivateFile!);

        Assert.That(text.Trim(), Is.EqualTo((await File.ReadAllTextAsync(made.PublicFile)).Trim()));
        Assert.That(description, Does.Contain("PBKDF2").And.Contain("hmacWithSHA256").And.Contain("aes-256-cbc")
            .IgnoreCase.And.Contain("0927C0"));   // 600,000 rounds.
    }

    private static async Task<string> OpenSslAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("openssl", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, await error);
        return output;
    }
}
