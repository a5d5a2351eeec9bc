using System.Text;
using System.Text.Json;
using MaaS.Cli.Tests.Registry;
using MaaS.Cli.Tests.Serving;
using MaaS.Core.Packages;
using MaaS.Tests;

namespace MaaS.Cli.Tests.Trust;

/// <summary>Keys, signatures and encryption, by command.</summary>
internal sealed class TrustCommandTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task SignAndVerify_FromKeyToRevocation_TellsWhoAndWhyNot()
    {
        await ScalePackages.MakeAsync(_folder["m.maas"], "m", 2);
        await RunAsync(0, "signing-keys", "create", "ann");
        Assert.That(await VerifyAsync(1), Does.Contain("expected a signed package"));

        await RunAsync(0, "sign", "m.maas", "--key", "keys/ann.signing.key");
        Assert.That(await VerifyAsync(0), Does.Contain("whole and signed by"));
        var list = JsonDocument.Parse(await RunAsync(0, "signing-keys", "list", "--json")).RootElement[0];
        var verdict = JsonDocument.Parse(await VerifyAsync(0, "--json")).RootElement;
        Assert.That(verdict.GetProperty("valid").GetBoolean());
        Assert.That(
            verdict.GetProperty("signer").GetString(), Is.EqualTo(list.GetProperty("fingerprint").GetString()));

        await RunAsync(0, "signing-keys", "revoke", "ann", "--reason", "laptop stolen");
        Assert.That(await RunAsync(0, "signing-keys", "list"), Does.Contain("laptop stolen"));
        verdict = JsonDocument.Parse(await VerifyAsync(1, "--json")).RootElement;
        Assert.That(verdict.GetProperty("valid").GetBoolean(), Is.False);
        Assert.That(verdict.GetProperty("reason").GetString(), Does.Contain("revoked"));
    }

    [Test]
    public async Task Keys_Wrong_SayWhatIsExpected()
    {
        await ScalePackages.MakeAsync(_folder["m.maas"], "m", 2);
        await RunAsync(0, "signing-keys", "create", "ann");

        var (code, _, error) = await CommandProcess.RunWithAsync(
            new Dictionary<string, string> { ["MAAS_PASSPHRASE"] = "wrong" }, _folder.Path, "sign", "m.maas", "--key",
            "keys/ann.signing.key");
        Assert.That((code, error), Is.EqualTo((1, error)));
        Assert.That(error, Does.Contain("passphrase is wrong"));

        (code, _, error) = await CommandProcess.RunWithAsync(
            new Dictionary<string, string> { ["MAAS_PASSPHRASE"] = "" }, _folder.Path, "sign", "m.maas", "--key",
            "keys/ann.signing.key");
        Assert.That(code, Is.EqualTo(2), error);
        Assert.That(error, Does.Contain("--passphrase-file"));
        await RunAsync(2, "signing-keys", "create", "../ann");
    }

    [Test]
    public async Task EncryptAndDecrypt_Package_GivesTheSameBack()
    {
        await ScalePackages.MakeAsync(_folder["m.maas"], "m", 2);
        await RunAsync(0, "encryption-keys", "create", "server");
        await RunAsync(0, "encryption-keys", "create", "other");
        await RunAsync(0, "encrypt", "m.maas", "--to", "keys/server.encryption.pub", "-o", "sealed.maas");
        await RunAsync(0, "decrypt", "sealed.maas", "--key", "keys/server.encryption.key", "-o", "back.maas");

        Assert.That(
            await File.ReadAllBytesAsync(_folder["back.maas"]),
            Is.EqualTo(await File.ReadAllBytesAsync(_folder["m.maas"])));
        await RunAsync(1, "decrypt", "sealed.maas", "--key", "keys/other.encryption.key", "-o", "wrong.maas");
        await RunAsync(2, "decrypt", "m.maas", "--key", "keys/server.encryption.key", "-o", "wrong.maas");
        Assert.That(File.Exists(_folder["wrong.maas"]), Is.False);
        Assert.That(await RunAsync(1, "registry", "add", "sealed.maas"), Does.Contain("give a decryption key"));
    }

    /// <summary>A server opens an encrypted package, is asked, and explains itself in its log; then every file that it
    /// could have written is searched for what only the package's plain bytes hold.</summary>
    [Test]
    public async Task Serve_EncryptedPackage_LeavesNoPlainByteOnTheDiskOrInTheLog()
    {
        const string Marker = "a-secret-that-is-nowhere-else";
        foreach (var folder in new[] { "author", "server", "server/tmp" })
        {
            Directory.CreateDirectory(_folder[folder]);
        }

        await ScalePackages.MakeAsync(_folder["author/scale"], "m", 1);
        await ModelPackage.CreateAsync(
            _folder["author/m.maas"], new ModelManifest { Name = "m", Description = Marker },
            new Dictionary<string, PackageContent>
            {
                [ModelPackage.ModelFile] = PackageContent.FromFile(_folder["author/scale/model.onnx"]),
                ["notes.txt"] = PackageContent.FromBytes(
                    Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Marker + "\n", 5000)))),
            });
        await RunAsync(0, "encryption-keys", "create", "key", "--folder", "author/keys");
        await RunAsync(
            0, "encrypt", "author/m.maas", "--to", "author/keys/key.encryption.pub", "-o", "server/m.maas");
        var plain = await File.ReadAllBytesAsync(_folder["author/scale/model.onnx"]);

        using var server = await ServeProcess.StartWithAsync(
            new Dictionary<string, string>
            {
                ["MAAS_PASSPHRASE"] = "passphrase",
                ["TMPDIR"] = _folder["server/tmp"],
                ["HOME"] = _folder["server"],
                ["Logging__LogLevel__Default"] = "Debug",
                ["DOTNET_EnableDiagnostics"] = "0",
            },
            _folder["server"], "--decryption-key", _folder["author/keys/key.encryption.key"]);
        using var client = new HttpClient { BaseAddress = server.Address };
        Assert.That(await ServeProcess.AskAsync(client, "m", 3), Is.EqualTo(1));

        Assert.That(FilesWith("server", Encoding.UTF8.GetBytes(Marker)), Is.Empty);
        Assert.That(FilesWith("server", plain.AsSpan(0, 32).ToArray()), Is.Empty, "the network");
        Assert.That(FilesWith("author", plain.AsSpan(0, 32).ToArray()), Is.Not.Empty, "the search finds it elsewhere");
        server.Terminate();
        Assert.That(await server.ExitAsync(), Is.Zero);
        Assert.That(await server.LogAsync(), Does.Not.Contain(Marker));
        Assert.That(FilesWith("server", Encoding.UTF8.GetBytes(Marker)), Is.Empty);
    }

    private List<string> FilesWith(string folder, byte[] bytes)
        => [.. Directory.EnumerateFiles(_folder[folder], "*", SearchOption.AllDirectories)
            .Where(f => File.ReadAllBytes(f).AsSpan().IndexOf(bytes) >= 0)];

    private Task<string> VerifyAsync(int expected, params string[] more)
        => RunAsync(
            expected,
            ["verify", "m.maas", "--trusted", "keys/ann.signing.pub", "--revoked", "keys/revoked.json", .. more]);

    private async Task<string> RunAsync(int expected, params string[] arguments)
    {
        var (code, output, error) = await CommandProcess.RunWithAsync(
            new Dictionary<string, string> { ["MAAS_PASSPHRASE"] = "passphrase" }, _folder.Path, arguments);
        Assert.That(code, Is.EqualTo(expected), output + error);
        return output + (expected == 0 ? "" : error);
    }
}
