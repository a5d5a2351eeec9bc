using System.Diagnostics;
using MaaS.Serving.Security;

namespace MaaS.Serving.Tests.Security;

/// <summary>Lists of .NET's builder and of openssl.</summary>
public sealed class RevocationListTests
{
    private readonly ModelsFolder _folder = new();

    [OneTimeTearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void Read_AnyBitChanged_IsNoListOrHasNoValidSignature()
    {
        using var authority = new TestAuthority();
        using var taken = authority.Issue("CN=shop");
        using var other = authority.Issue("CN=other");
        var der = authority.Revoke(null, taken);
        var list = new RevocationList(der);

        Assert.That(
            (list.Names(taken), list.Names(other), list.IsSignedBy(authority.Certificate)),
            Is.EqualTo((true, false, true)));
        for (var bit = 0; bit < der.Length * 8; bit++)
        {
            var changed = der.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                Assert.That(new RevocationList(changed).IsSignedBy(authority.Certificate), Is.False, $"bit {bit}");
            }
            catch (InvalidDataException)
            {
                // No list any more.
            }
        }
    }

    [Test]
    public void ReadFile_OfOpenssl_NamesWhatOpensslRevoked([Values("rsa:2048", "ec")] string key)
    {
        string Made(string name) => _folder[$"{key[..2]}-{name}"];
        File.WriteAllText(
            Made("ca.cnf"),
            $"[ca]\ndefault_ca=a\n[a]\ndatabase={Made("index")}\ndefault_md=sha256\ndefault_crl_days=30\nserial={Made("serial")}\n"
            + $"new_certs_dir={_folder.Path}\npolicy=p\nrand_serial=no\n[p]\ncommonName=supplied\n");
        File.WriteAllText(Made("index"), "");
        File.WriteAllText(Made("serial"), "00F1\n");
        string[] kind = key == "ec" ? ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"] : ["-newkey", key];
        Run([
            "req", "-x509", .. kind, "-nodes", "-subj", "/CN=openssl", "-days", "2", "-keyout", Made("ca.key"), "-out",
            Made("ca.pem"),
        ]);
        foreach (var name in new[] { "good", "bad" })
        {
            Run([
                "req", .. kind, "-nodes", "-subj", $"/CN={name}", "-keyout", Made(name + ".key"), "-out",
                Made(name + ".csr"),
            ]);
            Run([
                "ca", "-batch", "-config", Made("ca.cnf"), "-cert", Made("ca.pem"), "-keyfile", Made("ca.key"), "-days",
                "1", "-in", Made(name + ".csr"), "-out", Made(name + ".pem"),
            ]);
        }

        string[] ca = ["ca", "-config", Made("ca.cnf"), "-cert", Made("ca.pem"), "-keyfile", Made("ca.key")];
        Run([.. ca, "-revoke", Made("bad.pem")]);
        Run([.. ca, "-gencrl", "-out", Made("crl.pem")]);

        var list = RevocationList.ReadFile(Made("crl.pem")).Single();
        using var authority = ClientAuthority.Read(Made("ca.pem"))[0];
        using var good = ClientAuthority.Read(Made("good.pem"))[0];
        using var bad = ClientAuthority.Read(Made("bad.pem"))[0];
        Assert.That((list.IsSignedBy(authority), list.Names(bad), list.Names(good)), Is.EqualTo((true, true, false)));
    }

    private static void Run(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("openssl", arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, $"openssl {string.Join(' ', arguments)}: {error}");
    }
}
