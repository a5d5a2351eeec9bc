using System.Text.Json;
using MaaS.Cli.Tests.Registry;
using MaaS.Tests;

namespace MaaS.Cli.Tests.Exchange;

/// <summary>Packages through Debian's registry, by command.</summary>
internal sealed class ExchangeCommandTests
{
    private TemporaryFolder _folder = null!;
    private DockerRegistry _registry = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _registry = await DockerRegistry.StartAsync();

    [OneTimeTearDown]
    public void Stop() => _registry.Dispose();

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task PushAndPull_SignedPackageAfterLogin_IsCheckedOnArrival()
    {
        var (one, two) = ($"{_registry.Host}/team/scale:1", $"{_registry.Host}/team/scale:2");
        await ScalePackages.MakeAsync(_folder["m.maas"], "m", 2);
        await RunAsync(0, "signing-keys", "create", "ann");
        await RunAsync(0, "sign", "m.maas", "--key", "keys/ann.signing.key");
        Assert.That(await RunAsync(1, "push", one, "m.maas"), Does.Contain($"maas login {_registry.Host}"));

        await LoginAsync(1, "wrong");
        Assert.That(await LoginAsync(0, DockerRegistry.Password), Does.Contain("registries.json"));
        var pushed = JsonDocument.Parse(await RunAsync(0, "push", one, "m.maas", "--json")).RootElement;
        await RunAsync(0, "copy", one, two);
        await RunAsync(0, "pull", two, "-o", "back.maas", "--trusted", "keys/ann.signing.pub");

        Assert.That(
            await File.ReadAllBytesAsync(_folder["back.maas"]),
            Is.EqualTo(await File.ReadAllBytesAsync(_folder["m.maas"])));
        var digest = pushed.GetProperty("reference").GetString()!.Split('@')[1];
        Assert.That(
            await RunAsync(0, "list", $"{_registry.Host}/team/scale"),
            Does.Match($@"1 +m +0\.0 +1 +{digest}").And.Match($@"2 +m +0\.0 +1 +{digest}"));

        await RunAsync(0, "signing-keys", "revoke", "ann");
        Assert.That(
            await RunAsync(
                1, "pull", two, "-o", "no.maas", "--trusted", "keys/ann.signing.pub", "--revoked", "keys/revoked.json"),
            Does.Contain("revoked"));
        Assert.That(File.Exists(_folder["no.maas"]), Is.False);
        await RunAsync(0, ["logout", _registry.Host]);
        Assert.That(await RunAsync(1, "pull", two, "-o", "no.maas"), Does.Contain("maas login"));
    }

    [TestCase("expected HOST[:PORT]/NAME", 2, "push", "digits", "m.maas")]
    [TestCase("--revoked: expected --trusted", 2, "pull", "localhost:1/digits:1", "-o", "x.maas", "--revoked", "r")]
    [TestCase("no answer after", 1, "pull", "localhost:1/digits:1", "-o", "x.maas")]
    public async Task Exchange_BadInput_SaysWhatWasExpected(string expected, int code, params string[] arguments)
        => Assert.That(await RunAsync(code, arguments), Does.Contain(expected));

    private async Task<string> LoginAsync(int expected, string password)
    {
        using var process = CommandProcess.StartWith(
            Variables(), _folder.Path, "login", _registry.Host, "--user", DockerRegistry.User, "--ca",
            _registry.AuthorityFile);
        await process.StandardInput.WriteLineAsync(password);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.EqualTo(expected), output + await error);
        return output;
    }

    private Dictionary<string, string> Variables() => new()
    {
        ["MAAS_PASSPHRASE"] = "passphrase",
        ["XDG_CONFIG_HOME"] = _folder["config"],
        ["DOCKER_CONFIG"] = _folder["docker"],
    };

    private async Task<string> RunAsync(int expected, params string[] arguments)
    {
        var isRemote = arguments[0] is "push" or "pull" or "list" or "copy";
        var (code, output, error) = await CommandProcess.RunWithAsync(
            Variables(), _folder.Path, isRemote ? [.. arguments, "--ca", _registry.AuthorityFile] : arguments);
        Assert.That(code, Is.EqualTo(expected), output + error);
        return output + (expected == 0 ? "" : error);
    }
}
